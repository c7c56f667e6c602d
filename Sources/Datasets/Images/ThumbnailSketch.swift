/// A bound of how strongly the thumbnails of two looks can be correlated, at a fraction of the cost.
///
/// A thumbnail, less its mean and divided by its norm, is a unit vector, and the correlation of two is
/// their dot product. A sketch holds the part of the vector that lies in the means of 4 x 4 blocks,
/// each of 4 x 4 pixels, and the length of what is left: of the rest of two vectors the product is at
/// most that of the lengths (Cauchy and Schwarz). So what a sketch rules out is never alike, and most
/// of what is not alike is ruled out; noise is not, whose blocks all have one mean.
struct ThumbnailSketch {
  /// The vector's component along each block, row by row.
  private let blocks: SIMD16<Float>
  /// The length of the part that no block shows.
  private let rest: Float

  /// The blocks in a row, and the pixels in a block's row.
  private static let side = 4
  /// More than the rounding of 17 products and their sum, about 1e-6.
  private static let tolerance: Float = 1e-4

  /// Sketches a look; one that shows nothing may be like none.
  init(_ look: ImageSignature) {
    var sums = SIMD16<Double>.zero
    for (place, gray) in look.thumbnail.enumerated() {
      let (y, x) = (place / ImageSignature.thumbnailSide, place % ImageSignature.thumbnailSide)
      sums[y / Self.side * Self.side + x / Self.side] += Double(gray)
    }
    // The unit vector of a block of 16 pixels is 1/4 in each of them: a block of the sum s shows
    // (s - 16 mean) / 4 of a vector whose norm is 16 standard deviations.
    let mean = Double(look.sum) / Double(look.thumbnail.count)
    let shown = (sums - 16 * mean) / (64 * look.deviation)
    // In doubles, as hardly anything is left of 1 where an image is smooth.
    rest = Float(max(0, 1 - (shown * shown).sum()).squareRoot())
    blocks = SIMD16<Float>(shown)
  }

  /// Whether two looks may be like each other, as far as their thumbnails tell; true wherever they are.
  func mayBeLike(_ other: ThumbnailSketch) -> Bool {
    (blocks * other.blocks).sum() + rest * other.rest
      >= Float(ImageSignature.leastCorrelation) - Self.tolerance
  }
}
