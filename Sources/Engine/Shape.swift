/// The shape of a tensor, always in the order n, h, w, c.
package struct Shape: Hashable, Sendable, CustomStringConvertible {
  /// The number of images.
  package var n: Int
  /// The height: the number of rows.
  package var h: Int
  /// The width: the number of columns.
  package var w: Int
  /// The number of channels, contiguous in memory.
  package var c: Int

  /// Creates a shape; every extent is at least 1.
  package init(n: Int, h: Int, w: Int, c: Int) {
    precondition(n > 0 && h > 0 && w > 0 && c > 0, "a shape needs positive extents")
    self.n = n
    self.h = h
    self.w = w
    self.c = c
  }

  /// The maximum number of values, so that no size in bytes overflows.
  private static let largestCount = 1 << 40

  /// A shape with extents from a file; throws if one is not positive or the shape is too large.
  package static func checked(n: Int, h: Int, w: Int, c: Int) throws(EngineError) -> Shape {
    var count = 1
    for extent in [n, h, w, c] {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow, product <= largestCount else {
        throw EngineError(
          "a tensor must have positive extents and at most 2^40 values, not \(n)x\(h)x\(w)x\(c)"
        )
      }
      count = product
    }
    return Shape(n: n, h: h, w: w, c: c)
  }

  /// The number of pixels in all images: n * h * w.
  package var pixels: Int { n * h * w }
  /// The number of values: n * h * w * c.
  package var count: Int { n * h * w * c }
  package func with(n: Int) -> Shape { Shape(n: n, h: h, w: w, c: c) }
  package func with(c: Int) -> Shape { Shape(n: n, h: h, w: w, c: c) }

  /// The extents, as in `2x52x52x64`.
  package var description: String { "\(n)x\(h)x\(w)x\(c)" }
}

/// A pair of vertical and horizontal values: kernel size, stride, padding or dilation.
package struct Extent: Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  package var h: Int
  package var w: Int

  package init(h: Int, w: Int) {
    self.h = h
    self.w = w
  }

  /// The same value in both directions.
  package init(_ both: Int) { self.init(h: both, w: both) }
  package init(integerLiteral value: Int) { self.init(value) }

  /// The values, as in `3x3`.
  package var description: String { "\(h)x\(w)" }
}
