import Foundation

/// Pooling with windows of any dilation and padding, for what ``MaxPool`` and ``AveragePool`` lack;
/// n, h, w, c -> n, h', w', c. Inference only.
package struct WindowPool: Op {
  /// The windows along one axis.
  package struct Axis: Hashable, Sendable {
    package var kernel, stride, dilation: Int
    /// The padding before and after the image; negative if it is cut.
    package var before, after: Int
    /// The number of windows.
    package var windows: Int

    package init(
      kernel: Int, stride: Int, dilation: Int, before: Int, after: Int, windows: Int
    ) {
      (self.kernel, self.stride, self.dilation) = (kernel, stride, dilation)
      (self.before, self.after, self.windows) = (before, after, windows)
    }

    /// The positions of a window that lie in a range of an image.
    func positions(_ window: Int, in range: Range<Int>) -> StrideTo<Int> {
      let start = window * stride - before
      let skipped = max(0, (range.lowerBound - start + dilation - 1) / dilation)
      return Swift.stride(
        from: start + skipped * dilation,
        to: min(start + kernel * dilation, range.upperBound), by: dilation)
    }

    func count(_ window: Int, in range: Range<Int>) -> Int {
      positions(window, in: range).reduce(0) { count, _ in count + 1 }
    }

    func image(_ extent: Int) -> Range<Int> {
      let first = max(0, -before)
      return first..<max(first, extent + min(0, after))
    }

    func padded(_ extent: Int) -> Range<Int> { -before..<max(-before, extent + after) }
  }

  package enum Function: Hashable, Sendable {
    /// Padding counts as minus infinity; a NaN is the maximum.
    case maximum
    /// The position of the first maximum in the whole input in the order n, c, h, w.
    case maximumIndex
    /// The mean over the values of the image, or of the image and its padding.
    case mean(countsPadding: Bool)
    /// (sum |x|^p)^(1/p)
    case norm(Int)
  }

  package let function: Function
  package let rows, columns: Axis

  package init(_ function: Function, rows: Axis, columns: Axis) {
    (self.function, self.rows, self.columns) = (function, rows, columns)
  }

  package var kind: String { "window pool" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let shape = try checked(inputs)
    guard function != .maximumIndex || shape.count <= 1 << 24 else {
      throw EngineError(
        "positions of maxima exist for up to 2^24 values, but its input is \(shape)")
    }
    return try Shape.checked(n: shape.n, h: rows.windows, w: columns.windows, c: shape.c)
  }

  /// One operation per window value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    Double(output.count) * Double(rows.kernel * columns.kernel)
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    let output = context.output
    let cost = 4 * output.w * output.c * min(rows.kernel * columns.kernel, context.inputs[0].pixels)
    return OpPlan(
      forward: { pass in
        let (x, y) = (pass.inputs[0], pass.output)
        return [
          ParallelLoop(WorkPartition(units: output.n * output.h, costPerUnit: cost)) { begin, end in
            for row in begin..<end {
              for column in 0..<output.w {
                pool(x, image: row / output.h, row: row % output.h, column: column) {
                  y.data[(row * output.w + column) * y.stride + $0] = $1
                }
              }
            }
          }
        ]
      }, backward: noBackward)
  }

  /// Computes all channels of one window.
  private func pool(
    _ x: View, image: Int, row: Int, column: Int, _ store: (_ channel: Int, Float) -> Void
  ) {
    let shape = x.shape
    let lines = rows.positions(row, in: rows.image(shape.h))
    let places = columns.positions(column, in: columns.image(shape.w))
    func forEach(_ channel: Int, _ body: (Float, _ line: Int, _ place: Int) -> Void) {
      for line in lines {
        for place in places {
          body(
            x.data[((image * shape.h + line) * shape.w + place) * x.stride + channel], line, place)
        }
      }
    }
    switch function {
    case .maximum, .maximumIndex:
      for channel in 0..<shape.c {
        var (best, found) = (-Float.infinity, -1)
        forEach(channel) { value, line, place in
          if found < 0 || value > best || value.isNaN && !best.isNaN {
            (best, found) = (value, line * shape.w + place)
          }
        }
        let plane = (image * shape.c + channel) * shape.h * shape.w
        store(channel, function == .maximum ? best : Float(plane + max(found, 0)))
      }
    case .mean(let countsPadding):
      let heights = countsPadding ? rows.padded(shape.h) : rows.image(shape.h)
      let widths = countsPadding ? columns.padded(shape.w) : columns.image(shape.w)
      let count = max(1, rows.count(row, in: heights) * columns.count(column, in: widths))
      for channel in 0..<shape.c {
        var sum = 0.0
        forEach(channel) { value, _, _ in sum += Double(value) }
        store(channel, Float(sum / Double(count)))
      }
    case .norm(let p):
      for channel in 0..<shape.c {
        var sum = 0.0
        forEach(channel) { value, _, _ in sum += pow(Double(abs(value)), Double(p)) }
        store(channel, Float(pow(sum, 1 / Double(p))))
      }
    }
  }
}
