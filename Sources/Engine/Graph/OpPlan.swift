/// Whether a plan is for inference or training.
package enum PlanMode: Hashable, Sendable {
  /// Forward only; the memory of a value is reused after its last reader.
  case inference
  /// Forward and backward; `inputGradients` also computes the gradients of the graph's inputs.
  case training(inputGradients: Bool = false)

  /// True if the plan has a backward pass.
  package var isTraining: Bool { self != .inference }
}

/// The arguments for planning an op.
package struct PlanContext {
  package let inputs: [Shape]
  package let output: Shape
  /// The kernels of the chosen instruction set and precision.
  package let kernels: Kernels
  /// True for a training plan: batch normalization uses batch statistics, dropout is active.
  package let isTraining: Bool
  /// For each input, whether its batch normalization is pending.
  var pendingInputs: [Bool] = []
  /// True if the op stores its output before batch normalization.
  var leavesPending = false
}

/// An op planned for fixed shapes: its memory requirements and the loops of each pass.
///
/// Algorithms, work partitions and lookup tables are chosen while planning. The closures bind the
/// plan to memory addresses once per session; a step then only runs the returned loops in order,
/// without allocating memory.
package struct OpPlan {
  /// Size of the packed parameters for forward, in floats.
  var preparedCount = 0
  /// Size of the state saved from forward for backward (statistics, indices), in floats.
  var stateCount = 0
  /// Scratch memory of one forward pass, in floats.
  var scratchCount = 0
  /// Scratch memory of one backward pass, in floats.
  var backwardScratchCount = 0
  /// Scratch memory of each thread in either pass, in floats.
  var workspaceCount = 0
  /// Size of the zero buffer that kernels read in place of padding, in floats.
  var zeroCount = 0

  /// Partial sums for the gradient of the pending normalization of the output, in floats.
  var sumCount = 0
  /// The pending normalization of the output, whose values per channel are in the op's state.
  var normalization: ((_ state: UnsafeMutablePointer<Float>) -> PendingNormalization)?

  /// Packs the parameters: once per inference session, or before each forward pass in training.
  var prepare: (ForwardContext) -> [ParallelLoop] = { _ in [] }
  /// Computes the output from the inputs.
  var forward: (ForwardContext) -> [ParallelLoop]
  /// Computes the row `row` of n * h from the input; nil if the op computes only whole outputs.
  var forwardRow: ((ForwardContext) -> (_ row: Int) -> Void)?
  /// Computes the input gradients and accumulates the parameter gradients.
  var backward: (BackwardContext) -> [ParallelLoop]
}

/// The memory of an op's forward pass.
package struct ForwardContext {
  /// The inputs (read only).
  let inputs: [View]
  /// For each input, the normalization that its reader must apply; only for ops that normalize
  /// inputs.
  let pending: [PendingNormalization?]
  /// The output (written).
  let output: View
  /// One pointer per declared parameter; only running statistics are written.
  let parameters: [UnsafeMutablePointer<Float>]
  /// `preparedCount` floats of packed parameters, written by `prepare`.
  let prepared: UnsafeMutablePointer<Float>
  /// `stateCount` floats that are kept until backward; nil in inference.
  let state: UnsafeMutablePointer<Float>?
  /// `scratchCount` floats of uninitialized scratch memory.
  let scratch: UnsafeMutablePointer<Float>
  /// `zeroCount` zeros.
  let zeros: UnsafePointer<Float>
  /// The random seed of this node and step.
  let seed: UnsafePointer<UInt64>
}

/// The memory of an op's backward pass.
package struct BackwardContext {
  /// The inputs; valid only if `savedTensors` contains `inputs`.
  let inputs: [View]
  /// For each input, the normalization that its reader must apply.
  let pending: [PendingNormalization?]
  /// The output; valid only if `savedTensors` contains `output`.
  let output: View
  /// The gradient of the loss with respect to the output (read only).
  let outputGradient: View
  /// The destination of each input gradient; nil for gradients that are not needed.
  let inputGradients: [GradientTarget?]
  /// One pointer per declared parameter.
  let parameters: [UnsafeMutablePointer<Float>]
  /// Parameter gradients to accumulate into, one pointer per declared parameter.
  let parameterGradients: [UnsafeMutablePointer<Float>]
  /// The partial sums for the gradient of the output's pending normalization, which the last op to
  /// write the output gradient has collected; nil if the normalization is not pending.
  let sums: UnsafeMutablePointer<Float>?
  /// The state that forward saved.
  let state: UnsafeMutablePointer<Float>
  /// `backwardScratchCount` floats of uninitialized scratch memory.
  let scratch: UnsafeMutablePointer<Float>
  /// `zeroCount` zeros.
  let zeros: UnsafePointer<Float>
  /// The random seed of this node's forward pass.
  let seed: UnsafePointer<UInt64>
}

/// The destination of an input gradient.
package struct GradientTarget {
  let view: View
  /// True if another consumer has already written to it, so that this one must add.
  let accumulates: Bool
  /// Where to collect the partial sums for the gradient of the input's pending normalization
  /// (`sumCount` floats); nil unless this op is the last one to write the gradient.
  var sums: UnsafeMutablePointer<Float>?

  /// `accumulates` as a C integer.
  var accumulate: Int32 { accumulates ? 1 : 0 }
}

/// The tensors of the forward pass that the backward pass reads; they are kept until then.
package struct SavedTensors: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let inputs = SavedTensors(rawValue: 1)
  package static let output = SavedTensors(rawValue: 2)
}
