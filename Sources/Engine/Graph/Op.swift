/// An operation: its parameters, shape inference, forward and backward pass.
///
/// An op holds no memory; `plan` prepares it for fixed shapes.
package protocol Op: Sendable {
  /// The name of the operation in tables: `conv 3x3`, `batch norm`, `max pool 2x2`.
  var kind: String { get }
  /// The trainable parameters and running statistics, in the order of the contexts' pointers.
  var parameters: [ParameterDeclaration] { get }
  /// The tensors of the forward pass that the backward pass reads.
  var savedTensors: SavedTensors { get }
  /// True if forward can write `f32` output although the plan has another precision.
  var writesFloats: Bool { get }
  /// True if the gradient of each input is the gradient of the output, unchanged.
  var passesGradient: Bool { get }
  /// True if the op can store its output before its batch normalization.
  var canLeavePending: Bool { get }
  /// True if the op applies a pending normalization to its input.
  var normalizesInput: Bool { get }

  /// Infers the output shape; throws for unsupported input shapes.
  func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape
  /// For each input, the channel offset in the output at which it can be stored without a copy; nil
  /// if inputs and output need separate memory.
  func inputSlices(_ inputs: [Shape]) -> [Int]?
  /// FLOPs of one forward pass; a multiply-add counts as two.
  func flops(_ inputs: [Shape], _ output: Shape) -> Double
  /// Plans memory, algorithms and loops for fixed, valid shapes.
  func plan(_ context: PlanContext) -> OpPlan
}

extension Op {
  package var parameters: [ParameterDeclaration] { [] }
  package var savedTensors: SavedTensors { [] }
  package var writesFloats: Bool { false }
  package var passesGradient: Bool { false }
  package var canLeavePending: Bool { false }
  package var normalizesInput: Bool { false }
  package func inputSlices(_ inputs: [Shape]) -> [Int]? { nil }
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { 0 }

  /// Checks the number of inputs and the channels of the first one, and returns its shape.
  func checked(_ inputs: [Shape], count: Int = 1, channels: Int? = nil) throws(EngineError) -> Shape
  {
    guard inputs.count == count, let first = inputs.first else {
      throw EngineError("\(kind) takes \(count) inputs, but got \(inputs.count)")
    }
    if let channels, first.c != channels {
      throw EngineError("\(kind) takes \(channels) channels, but its input is \(first)")
    }
    return first
  }
}
