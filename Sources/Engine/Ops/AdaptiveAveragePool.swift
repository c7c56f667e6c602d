/// The means of as many windows as the output has pixels, which share out the image.
///
/// Input n, h, w, c; output n, `output.h`, `output.w`, c. Output row i covers input rows
/// floor(i h / h') up to ceil((i + 1) h / h'), as in PyTorch; windows may overlap by a row.
package struct AdaptiveAveragePool: Op {
  /// Rows and columns of the output.
  package let output: Extent

  /// Makes the op.
  package init(output: Extent) {
    precondition(output.h > 0 && output.w > 0, "an output needs pixels")
    self.output = output
  }

  /// `adaptive average pool`.
  package var kind: String { "adaptive average pool \(output)" }

  /// n, h', w', c.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    Shape(n: inputs[0].n, h: output.h, w: output.w, c: inputs[0].c)
  }

  /// One addition a value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { Double(inputs[0].count) }

  /// y = mean over the window
  package func forward(_ context: ForwardContext) {
    AverageWindows(isAdaptive: true).forward(context)
  }
  /// dx is the sum of dy / size over the windows that hold x.
  package func backward(_ context: BackwardContext) {
    AverageWindows(isAdaptive: true).backward(context)
  }
}
