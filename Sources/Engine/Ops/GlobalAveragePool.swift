/// The mean over h and w of each channel.
///
/// Input n, h, w, c; output n, 1, 1, c (Lin et al. 2014, "Network In Network", section 3.2).
package struct GlobalAveragePool: Op {
  /// Makes the op.
  package init() {}

  /// `global average pool`.
  package var kind: String { "global average pool" }

  /// n, 1, 1, c.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    Shape(n: inputs[0].n, h: 1, w: 1, c: inputs[0].c)
  }

  /// One addition a value.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { Double(inputs[0].count) }

  /// y = mean of x
  package func forward(_ context: ForwardContext) {
    AverageWindows(isAdaptive: true).forward(context)
  }
  /// dx = dy / (h w)
  package func backward(_ context: BackwardContext) {
    AverageWindows(isAdaptive: true).backward(context)
  }
}
