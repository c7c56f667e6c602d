/// One kind of node of a graph: its parameters, shape rule, forward and backward pass, in one file.
///
/// An op is a value without memory; `plan` prepares it for fixed shapes.
package protocol Op: Sendable {
  /// The kind, as tables print it: `conv 3x3`, `batch norm`, `max pool 2x2`.
  var kind: String { get }
  /// What it learns or keeps, in the order in which the contexts list it.
  var parameters: [ParameterDeclaration] { get }
  /// What its backward pass reads again from the forward pass.
  var savedTensors: SavedTensors { get }
  /// True where forward can write floats although the plan is in another precision.
  var writesFloats: Bool { get }

  /// The shape of the output for inputs of these shapes; throws where they do not fit.
  func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape
  /// For each input, the channel of the output at which it may be stored, so that nothing
  /// is copied; nil where inputs and output need memory of their own.
  func inputSlices(_ inputs: [Shape]) -> [Int]?
  /// Multiplications and additions of one forward pass, each counted as one.
  func flops(_ inputs: [Shape], _ output: Shape) -> Double
  /// Memory, algorithms and loops at these shapes, which fit.
  func plan(_ context: PlanContext) -> OpPlan
}

extension Op {
  package var parameters: [ParameterDeclaration] { [] }
  package var savedTensors: SavedTensors { [] }
  package var writesFloats: Bool { false }
  package func inputSlices(_ inputs: [Shape]) -> [Int]? { nil }
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { 0 }

  /// The shapes of as many inputs as the op takes, each of the channels that it takes.
  func checked(_ inputs: [Shape], count: Int = 1, channels: Int? = nil) throws(EngineError) -> Shape
  {
    guard inputs.count == count, let first = inputs.first else {
      throw EngineError("\(kind) takes \(count) inputs, and got \(inputs.count)")
    }
    if let channels, first.c != channels {
      throw EngineError("\(kind) takes \(channels) channels, and its input is \(first)")
    }
    return first
  }
}
