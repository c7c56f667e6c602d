/// A smooth displacement of every pixel of an input, for elastic deformation.
///
/// Displacements of a coarse grid, whose outer knots lie at the corners, are interpolated by bicubic
/// convolution (Keys 1981, a = -1/2), with the outer knots repeated beyond the edges.
/// Source: U-Net (Ronneberger et al. 2015), section 3.1, with a grid of 3 x 3; the idea is that of
/// Simard et al. 2003.
package struct DisplacementField: Hashable, Sendable {
  package let width: Int
  package let height: Int
  /// The displacement to the right, in pixels, row by row.
  package let x: [Float]
  /// The displacement downward, in pixels, row by row.
  package let y: [Float]
  /// The largest displacement along either axis.
  package let reach: Float

  /// Interpolates a square grid of displacements in pixels, row by row; it has 2 or more knots a side.
  package init(width: Int, height: Int, gridX: [Float], gridY: [Float]) {
    let side = Int(Double(gridX.count).squareRoot().rounded())
    precondition(
      side >= 2 && gridX.count == side * side && gridY.count == gridX.count,
      "\(gridX.count) and \(gridY.count) displacements make no square grid")
    self.width = width
    self.height = height
    let columns = (0..<width).map { Self.taps($0, of: width, knots: side) }
    let rows = (0..<height).map { Self.taps($0, of: height, knots: side) }
    func interpolated(_ grid: [Float]) -> [Float] {
      // Along the rows of knots first.
      let lines = (0..<side).map { row in
        columns.map { taps in
          (0..<4).reduce(Float(0)) { $0 + taps.weights[$1] * grid[row * side + taps.knots[$1]] }
        }
      }
      var result = [Float](repeating: 0, count: width * height)
      for (y, taps) in rows.enumerated() {
        for tap in 0..<4 {
          let (weight, line) = (taps.weights[tap], lines[taps.knots[tap]])
          for x in 0..<width { result[y * width + x] += weight * line[x] }
        }
      }
      return result
    }
    x = interpolated(gridX)
    y = interpolated(gridY)
    reach = max(x.reduce(0) { max($0, abs($1)) }, y.reduce(0) { max($0, abs($1)) })
  }

  /// The four knots around a pixel's center and their weights.
  private static func taps(
    _ position: Int, of count: Int, knots: Int
  ) -> (knots: [Int], weights: [Float]) {
    let place = (Double(position) + 0.5) / Double(count) * Double(knots - 1)
    let first = min(Int(place), knots - 2)
    let t = place - Double(first)
    let weights = [
      ((-t + 2) * t - 1) * t / 2, ((3 * t - 5) * t * t + 2) / 2, ((-3 * t + 4) * t + 1) * t / 2,
      (t - 1) * t * t / 2,
    ]
    return (
      (-1...2).map { min(max(first + $0, 0), knots - 1) }, weights.map { Float($0) }
    )
  }
}
