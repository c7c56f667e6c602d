import CGlimpseKernels

/// A picture drawn through an affine transform into a network's input, for training augmentation.
///
/// Geometry, color and normalization happen in one pass. A pixel of the target whose center lies
/// outside of the picture is gray 114. Where the transform shrinks by 1.5 or more, blocks of source
/// pixels are averaged first, so that bilinear sampling skips none.
public struct Warp: Hashable, Sendable {
  /// From pixels of the source to pixels of the target.
  public var transform: AffineTransform
  /// What happens to the colors of the picture; the gray around it stays.
  public var jitter: ColorJitter
  /// What is done to the samples last.
  public var normalization: Normalization

  /// Makes a warp.
  public init(
    transform: AffineTransform, jitter: ColorJitter = .none, normalization: Normalization = .unit
  ) {
    self.transform = transform
    self.jitter = jitter
    self.normalization = normalization
  }

  /// Draws a picture into a target.
  ///
  /// - Parameters:
  ///   - image: 8-bit RGB.
  ///   - output: `height * width * 3` numbers: rows, pixels, then red, green, blue.
  ///   - width: The width of the target, in pixels.
  ///   - height: The height of the target, in pixels.
  ///   - region: The part of the target to draw into, cut to the target; all of it if nil. Pixels
  ///     outside stay as they are, so that four warps make a mosaic. The transform's coordinates
  ///     are the target's, not the region's.
  ///   - keepsOutside: Leaves pixels outside of the picture as they are, instead of gray.
  public func fill(
    _ image: Image, into output: UnsafeMutableBufferPointer<Float>, width: Int, height: Int,
    region: PixelRegion? = nil, keepsOutside: Bool = false
  ) {
    precondition(image.format == .rgb8, "a warp takes 8-bit RGB, not \(image.format)")
    precondition(
      output.count == width * height * 3,
      "\(output.count) numbers do not hold \(width)x\(height) pixels of 3 channels")
    precondition(transform.isFinite, "the transform of a warp is not finite: \(transform)")
    let region = region ?? PixelRegion(x: 0, y: 0, width: width, height: height)
    let columns = max(region.x, 0)..<max(region.x, 0, min(region.x + region.width, width))
    let rows = max(region.y, 0)..<max(region.y, 0, min(region.y + region.height, height))

    var parameters = gk_image_warp()
    parameters.gain = normalization.gain
    parameters.bias = normalization.bias
    parameters.background = Normalization.padding
    parameters.keeps_outside = keepsOutside ? 1 : 0
    parameters.has_jitter = jitter == .none ? 0 : 1
    parameters.hue_shift = jitter.hueShift
    parameters.saturation_gain = jitter.saturationGain
    parameters.value_gain = jitter.valueGain

    func draw(_ source: UnsafeBufferPointer<UInt8>) {
      parameters.source = source.baseAddress
      gk_image_warp_rgb(
        &parameters, output.baseAddress, Int64(width * 3), Int64(columns.lowerBound),
        Int64(rows.lowerBound), Int64(columns.upperBound), Int64(rows.upperBound))
    }

    // A transform that flattens the picture leaves nothing of it to see: its extent stays zero.
    guard let inverse = transform.inverse else {
      parameters.source_width = 1
      parameters.source_height = 1
      image.bytes.withUnsafeBufferPointer(draw)
      return
    }
    let blockWidth = Self.block(inverse.a, inverse.b, limit: image.width)
    let blockHeight = Self.block(inverse.c, inverse.d, limit: image.height)
    parameters.source_width = Int32((image.width + blockWidth - 1) / blockWidth)
    parameters.source_height = Int32((image.height + blockHeight - 1) / blockHeight)
    parameters.extent_width = Double(image.width) / Double(blockWidth)
    parameters.extent_height = Double(image.height) / Double(blockHeight)
    parameters.inverse = (
      inverse.a / Double(blockWidth), inverse.b / Double(blockWidth),
      inverse.tx / Double(blockWidth), inverse.c / Double(blockHeight),
      inverse.d / Double(blockHeight), inverse.ty / Double(blockHeight)
    )
    if blockWidth == 1 && blockHeight == 1 {
      image.bytes.withUnsafeBufferPointer(draw)
    } else {
      image.withReducedPixels(blockWidth: blockWidth, blockHeight: blockHeight, draw)
    }
  }

  /// How many source pixels are averaged along an axis before sampling, where a step of one target
  /// pixel moves by (stepX, stepY) along it: the nearest integer, so that what remains is a scale of
  /// 0.75 to 1.5 or so.
  private static func block(_ stepX: Double, _ stepY: Double, limit: Int) -> Int {
    let step = (stepX * stepX + stepY * stepY).squareRoot()
    // 4096 x 4096 is as large as a block may be for its sums to fit 32 bits.
    return Int(min(max(step.rounded(), 1), Double(min(limit, 4096))))
  }
}

extension Image {
  /// Calls `body` with the pixels of this 8-bit RGB image after blocks of them were averaged.
  fileprivate func withReducedPixels(
    blockWidth: Int, blockHeight: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void
  ) {
    let columns = (width + blockWidth - 1) / blockWidth
    let rows = (height + blockHeight - 1) / blockHeight
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: columns * rows * 3) { reduced in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: width * 3) { scratch in
        bytes.withUnsafeBufferPointer { source in
          gk_image_reduce_rgb(
            source.baseAddress, Int64(width), Int64(height), Int64(blockWidth),
            Int64(blockHeight), reduced.baseAddress, scratch.baseAddress)
        }
      }
      body(UnsafeBufferPointer(reduced))
    }
  }
}
