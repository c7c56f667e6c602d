/// What a plan is made for.
package enum PlanMode: Hashable, Sendable {
  /// Forward only; memory is reused as soon as a value has been read.
  case inference
  /// Forward and backward; `inputGradients` also gives the gradients of the graph's inputs.
  case training(inputGradients: Bool = false)

  /// True for forward and backward.
  package var isTraining: Bool { self != .inference }
}

/// What an op's plan follows from.
package struct PlanContext {
  package let inputs: [Shape]
  package let output: Shape
  /// The kernels of the chosen instruction set and precision.
  package let kernels: Kernels
  /// True for a training plan: normalization uses the batch, dropout drops.
  package let isTraining: Bool
}

/// An op at fixed shapes: its memory and, for each pass, its loops.
///
/// Everything that shapes and kernels decide (algorithm, partition of the work, tables) is decided
/// while a plan is made. The closures bind it to addresses, once per session; a step then runs the
/// loops that they return, in order, and neither decides nor allocates.
package struct OpPlan {
  /// Floats of packed parameters that forward reads.
  var preparedCount = 0
  /// Floats kept from forward to backward besides inputs and output (statistics, indices).
  var stateCount = 0
  /// Floats of scratch memory for one forward pass.
  var scratchCount = 0
  /// Floats of scratch memory for one backward pass.
  var backwardScratchCount = 0
  /// Floats of scratch memory that each thread needs for itself, in either pass.
  var workspaceCount = 0
  /// Floats of zeros that kernels read in place of values outside the image.
  var zeroCount = 0

  /// Packs the parameters: once for an inference session, before each forward pass in training.
  var prepare: (ForwardContext) -> [ParallelLoop] = { _ in [] }
  /// Computes the output from the inputs.
  var forward: (ForwardContext) -> [ParallelLoop]
  /// Computes the gradients of the inputs and adds those of the parameters.
  var backward: (BackwardContext) -> [ParallelLoop]
}

/// The memory of an op's forward pass.
package struct ForwardContext {
  /// The inputs, to read.
  let inputs: [View]
  /// The output, to fill.
  let output: View
  /// One pointer per declared parameter; only statistics are ever written.
  let parameters: [UnsafeMutablePointer<Float>]
  /// `preparedCount` floats, written by `prepare`.
  let prepared: UnsafeMutablePointer<Float>
  /// `stateCount` floats that stay until backward; nil in inference.
  let state: UnsafeMutablePointer<Float>?
  /// `scratchCount` floats, undefined at entry.
  let scratch: UnsafeMutablePointer<Float>
  /// `zeroCount` zeros.
  let zeros: UnsafePointer<Float>
  /// A seed that differs between nodes and steps.
  let seed: UnsafePointer<UInt64>
}

/// The memory of an op's backward pass.
package struct BackwardContext {
  /// The inputs' values; valid only if the op's `savedTensors` names them.
  let inputs: [View]
  /// The output's values; valid only if the op's `savedTensors` names it.
  let output: View
  /// The gradient of the loss by the output, to read.
  let outputGradient: View
  /// Where the gradients by the inputs go; nil where they are not needed.
  let inputGradients: [GradientTarget?]
  /// One pointer per declared parameter.
  let parameters: [UnsafeMutablePointer<Float>]
  /// Where the parameters' gradients are added; one per declared parameter.
  let parameterGradients: [UnsafeMutablePointer<Float>]
  /// What forward left in its state.
  let state: UnsafeMutablePointer<Float>
  /// `backwardScratchCount` floats, undefined at entry.
  let scratch: UnsafeMutablePointer<Float>
  /// `zeroCount` zeros.
  let zeros: UnsafePointer<Float>
  /// The seed that this node's forward pass had.
  let seed: UnsafePointer<UInt64>
}

/// Where an input's gradient goes.
package struct GradientTarget {
  let view: View
  /// True where another consumer has written already, so that this one must add.
  let accumulates: Bool

  /// `accumulates` as the kernels take it.
  var accumulate: Int32 { accumulates ? 1 : 0 }
}

/// Which tensors of the forward pass an op's backward pass reads: they are kept until then.
package struct SavedTensors: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let inputs = SavedTensors(rawValue: 1)
  package static let output = SavedTensors(rawValue: 2)
}
