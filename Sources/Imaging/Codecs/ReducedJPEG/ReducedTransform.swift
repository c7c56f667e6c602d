import Foundation

/// The inverse cosine transform of a block's low frequencies to a block of fewer samples.
///
/// The lowest n of a block's 8 frequencies, put through a transform of n points, give the block at
/// n/8 of its size without what the smaller size cannot hold (Dugad and Ahuja, "A fast scheme for
/// image size change in the compressed domain", IEEE CSVT 11(4), 2001).
struct ReducedTransform {
  /// Samples, and frequencies, per block: 1, 2 or 4 across and down.
  let columns: Int
  let rows: Int
  /// For each horizontal frequency, what a unit of it adds to the samples of a row.
  private let across: [SIMD4<Float>]
  /// What a unit of a vertical frequency adds to each row: `rows` frequencies a row.
  private let down: [Float]

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    across = (0..<columns).map { frequency in
      var weights = SIMD4<Float>.zero
      for x in 0..<columns { weights[x] = Self.weight(frequency, at: x, of: columns) }
      return weights
    }
    down = (0..<rows * rows).map { Self.weight($0 % rows, at: $0 / rows, of: rows) }
  }

  /// What one unit of a frequency adds to a sample (ITU-T T.81, A.3.3, with `count` for 8 samples).
  private static func weight(_ frequency: Int, at place: Int, of count: Int) -> Float {
    guard frequency > 0 else { return Float(1 / 8.0.squareRoot()) }
    let angle = Double((2 * place + 1) * frequency) * .pi / Double(2 * count)
    return Float(cos(angle) / 2)
  }

  /// Writes the samples of the block whose coefficients stand from `first` on, row by row of vertical
  /// frequency, from `start` on, and up to three numbers to the right of them whatever comes.
  @inline(__always)
  func apply(
    to coefficients: Span<Float>, from first: Int, into samples: inout MutableRawSpan,
    at start: Int, pitch: Int
  ) {
    if rows == 2, columns == 2 {
      // Nearly all blocks are these: the loops below, written out.
      let mean = coefficients[first] * 0.125
      let x = coefficients[first + 1] * 0.125
      let y = coefficients[first + 2] * 0.125
      let xy = coefficients[first + 3] * 0.125
      let upper = SIMD2((mean + x) + (y + xy), (mean - x) + (y - xy))
      let lower = SIMD2((mean + x) - (y + xy), (mean - x) - (y - xy))
      samples.storeBytes(of: upper, toByteOffset: 4 * start, as: SIMD2<Float>.self)
      samples.storeBytes(of: lower, toByteOffset: 4 * (start + pitch), as: SIMD2<Float>.self)
      return
    }
    var partial = InlineArray<4, SIMD4<Float>>(repeating: .zero)
    for v in 0..<rows {
      var row = SIMD4<Float>.zero
      for u in 0..<columns { row += across[u] * coefficients[first + columns * v + u] }
      partial[v] = row
    }
    for y in 0..<rows {
      var sums = SIMD4<Float>.zero
      for v in 0..<rows { sums += partial[v] * down[y * rows + v] }
      samples.storeBytes(of: sums, toByteOffset: 4 * (start + y * pitch), as: SIMD4<Float>.self)
    }
  }
}
