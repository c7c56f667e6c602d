/// The extent of a block of activations; the order is always n, h, w, c.
package struct Shape: Hashable, Sendable, CustomStringConvertible {
  /// Images.
  package var n: Int
  /// Rows.
  package var h: Int
  /// Columns.
  package var w: Int
  /// Channels, adjacent in memory.
  package var c: Int

  /// Every extent is at least 1.
  package init(n: Int, h: Int, w: Int, c: Int) {
    precondition(n > 0 && h > 0 && w > 0 && c > 0, "a shape needs positive extents")
    self.n = n
    self.h = h
    self.w = w
    self.c = c
  }

  /// Values of a shape at most, so that no size in memory overflows.
  private static let largestCount = 1 << 40

  /// A shape whose extents come from a file; throws where it is empty or too large.
  package static func checked(n: Int, h: Int, w: Int, c: Int) throws(EngineError) -> Shape {
    var count = 1
    for extent in [n, h, w, c] {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow, product <= largestCount else {
        throw EngineError(
          "a tensor has positive extents and at most 2^40 values, and this one is \(n)x\(h)x\(w)x\(c)"
        )
      }
      count = product
    }
    return Shape(n: n, h: h, w: w, c: c)
  }

  /// Pixels in all images together.
  package var pixels: Int { n * h * w }
  /// Values in all.
  package var count: Int { n * h * w * c }
  package func with(n: Int) -> Shape { Shape(n: n, h: h, w: w, c: c) }
  package func with(c: Int) -> Shape { Shape(n: n, h: h, w: w, c: c) }

  /// As in `2x52x52x64`.
  package var description: String { "\(n)x\(h)x\(w)x\(c)" }
}

/// A vertical and a horizontal number: of a kernel, a stride, a padding, a dilation.
package struct Extent: Hashable, Sendable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  package var h: Int
  package var w: Int

  package init(h: Int, w: Int) {
    self.h = h
    self.w = w
  }

  /// The same number in both directions.
  package init(_ both: Int) { self.init(h: both, w: both) }
  package init(integerLiteral value: Int) { self.init(value) }

  /// As in `3x3`.
  package var description: String { "\(h)x\(w)" }
}
