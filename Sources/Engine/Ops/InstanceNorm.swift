/// Normalization over h, w for each channel of each image alone.
///
/// y = (x - mean) / sqrt(variance + epsilon), times weight plus bias where they are learned
/// (Ulyanov et al. 2016, "Instance Normalization", eq. 5): group normalization with as many groups
/// as channels. As in PyTorch, nothing is learned unless asked for, and no running statistics are
/// kept.
package struct InstanceNorm: Op {
  package let groups: GroupNorm

  /// Makes a normalization of `channels` channels.
  package init(channels: Int, epsilon: Float = 1e-5, affine: Bool = false) {
    groups = GroupNorm(groups: channels, channels: channels, epsilon: epsilon, affine: affine)
  }

  /// `instance norm`.
  package var kind: String { "instance norm" }
  /// `weight` and `bias`, each [channels], where they are learned.
  package var parameters: [ParameterDeclaration] { groups.parameters }
  /// The inputs.
  package var backwardReads: SavedTensors { groups.backwardReads }

  /// The input's shape.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    guard inputs[0].c == groups.channels else {
      throw EngineError("an instance norm of \(groups.channels) channels got \(inputs[0])")
    }
    return inputs[0]
  }

  /// As group normalization.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { groups.flops(inputs, output) }

  /// As group normalization.
  package func stateCount(_ inputs: [Shape], _ output: Shape) -> Int {
    groups.stateCount(inputs, output)
  }

  /// As group normalization.
  package func forwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int {
    groups.forwardScratchCount(inputs, output)
  }

  /// As group normalization.
  package func backwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int {
    groups.backwardScratchCount(inputs, output)
  }

  /// As group normalization.
  package func forward(_ context: ForwardContext) { groups.forward(context) }
  /// As group normalization.
  package func backward(_ context: BackwardContext) { groups.backward(context) }
}
