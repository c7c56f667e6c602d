import CGlimpseKernels

/// Resizes an image along height and width by tables of source rows and columns.
///
/// Output row i is the sum of input rows `rows[i].index` times their weights, likewise columns. With
/// two neighboring taps of weights 1 - w and w it is bilinear interpolation. Inference only.
package struct Resample: Op {
  /// The sources of each output row or column: the same number of taps for all.
  package struct Axis: Hashable, Sendable {
    package var taps: Int
    /// `taps` source indices per output.
    package var indices: [Int]
    /// `taps` weights per output.
    package var weights: [Float]

    package init(taps: Int, indices: [Int], weights: [Float]) {
      (self.taps, self.indices, self.weights) = (taps, indices, weights)
    }

    package var count: Int { indices.count / taps }

    /// For bilinear interpolation: the first index of each output, then the weight of the next
    /// source; nil for another scheme.
    func bilinearTable(input: Int) -> AlignedBuffer? {
      guard taps == 2 else { return nil }
      let table = AlignedBuffer(count: 2 * count)
      var last = 0
      for output in 0..<count {
        let (first, second) = (indices[2 * output], indices[2 * output + 1])
        let weight = first == second ? 0 : weights[2 * output + 1]
        guard first == second || second == first + 1, first >= last,
          abs(weights[2 * output] + weights[2 * output + 1] - 1) < 1e-6
        else { return nil }
        last = first
        table.base[output] = Float(first)
        table.base[count + output] = first == input - 1 ? 0 : weight
      }
      return table
    }
  }

  package let input: Shape
  package let rows, columns: Axis

  /// Indices must lie inside the input.
  package init(_ input: Shape, rows: Axis, columns: Axis) {
    precondition(
      rows.indices.allSatisfy((0..<input.h).contains)
        && columns.indices.allSatisfy((0..<input.w).contains), "a source lies outside of the image")
    (self.input, self.rows, self.columns) = (input, rows, columns)
  }

  package var kind: String { "resize" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let shape = try checked(inputs)
    guard (shape.h, shape.w) == (input.h, input.w) else {
      throw EngineError("\(kind) was made for \(input), and its input is \(shape)")
    }
    return try Shape.checked(n: shape.n, h: rows.count, w: columns.count, c: shape.c)
  }

  package func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    2 * Double(output.count * rows.taps * columns.taps)
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    let (input, output, table) = (context.inputs[0], context.output, context.kernels.resampling)
    let cost = 8 * output.w * output.c
    if let rowTable = rows.bilinearTable(input: input.h),
      let columnTable = columns.bilinearTable(input: input.w)
    {
      return OpPlan(
        forward: { pass in
          let (x, y) = (pass.inputs[0], pass.output)
          let geometry = gk_bilinear(
            input_h: input.h, input_w: input.w, input_stride: x.stride, output_h: output.h,
            output_w: output.w, output_stride: y.stride, channels: input.c, rows: rowTable.base,
            columns: columnTable.base)
          return [
            ParallelLoop(rows: output, costPerRow: cost, geometry) { geometry, begin, end in
              withExtendedLifetime((rowTable, columnTable)) {
                table.bilinear(geometry, x.base, y.base, begin, end)
              }
            }
          ]
        }, backward: noBackward)
    }
    return OpPlan(
      forward: { pass in [sum(pass.inputs[0], to: pass.output)] }, backward: noBackward)
  }

  /// The weighted sum of all taps of each output pixel.
  private func sum(_ x: View, to y: View) -> ParallelLoop {
    let (rows, columns, channels) = (rows, columns, x.shape.c)
    let isCopy = rows.taps == 1 && columns.taps == 1
    let work = WorkPartition(
      units: y.shape.n * y.shape.h, costPerUnit: 4 * y.shape.w * channels * rows.taps * columns.taps
    )
    return ParallelLoop(work) { begin, end in
      for row in begin..<end {
        let (image, line) = (row / y.shape.h, row % y.shape.h)
        for column in 0..<y.shape.w {
          let target = y.data + (row * y.shape.w + column) * y.stride
          if !isCopy { target.update(repeating: 0, count: channels) }
          for i in line * rows.taps..<(line + 1) * rows.taps {
            for j in column * columns.taps..<(column + 1) * columns.taps {
              let pixel = (image * x.shape.h + rows.indices[i]) * x.shape.w + columns.indices[j]
              let source = x.data + pixel * x.stride
              if isCopy {
                target.update(from: source, count: channels)
              } else {
                let weight = rows.weights[i] * columns.weights[j]
                for channel in 0..<channels { target[channel] += weight * source[channel] }
              }
            }
          }
        }
      }
    }
  }
}
