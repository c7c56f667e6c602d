/// One kind of node of a graph: its parameters, shape rule, forward and backward, in one file.
///
/// An op is a value. What a step needs in memory comes through the contexts; an op holds none.
package protocol Op: Sendable {
  /// The kind, as tables print it: `conv`, `batch norm`, `max pool`.
  var kind: String { get }
  /// What it learns or keeps, in the order in which the contexts hand it over.
  var parameters: [ParameterDeclaration] { get }
  /// What its backward pass reads again from the forward pass.
  var backwardReads: SavedTensors { get }

  /// The shape that inputs of these shapes give; throws where they do not fit.
  func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape
  /// For each input, the channel of the output at which it may lie in memory already, so that
  /// nothing is left to copy; nil where inputs and output are different things.
  func inputSlices(_ inputs: [Shape]) -> [Int]?
  /// True where forward can write floats although the plan is in another precision.
  var writesFloats: Bool { get }
  /// Multiplications and additions of one forward pass, each counted as one.
  func flops(_ inputs: [Shape], _ output: Shape) -> Double

  /// Floats of prepared parameters (packed weights) that forward reads; 0 for none.
  func preparedCount(_ inputs: [Shape], _ output: Shape) -> Int
  /// Floats kept from forward to backward besides inputs and output (statistics, indices, masks).
  func stateCount(_ inputs: [Shape], _ output: Shape) -> Int
  /// Floats of scratch memory for one forward pass.
  func forwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int
  /// Floats of scratch memory for one backward pass.
  func backwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int
  /// Floats of scratch memory that each thread needs for itself, in either pass.
  func workspaceCount(_ inputs: [Shape], _ output: Shape) -> Int

  /// Fills the prepared parameters: once for an inference session, before each forward pass in
  /// training, where they are lost after it.
  func prepare(_ context: PrepareContext)
  /// Computes the output from the inputs.
  func forward(_ context: ForwardContext)
  /// Computes the gradients of the inputs and adds those of the parameters.
  func backward(_ context: BackwardContext)
}

extension Op {
  /// None.
  package var parameters: [ParameterDeclaration] { [] }
  /// Nothing.
  package var backwardReads: SavedTensors { [] }
  /// None: inputs and output are different things.
  package func inputSlices(_ inputs: [Shape]) -> [Int]? { nil }
  /// False: the output is of the plan's precision.
  package var writesFloats: Bool { false }
  /// None worth counting.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { 0 }
  /// None.
  package func preparedCount(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
  /// None.
  package func stateCount(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
  /// None.
  package func forwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
  /// None.
  package func backwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
  /// None.
  package func workspaceCount(_ inputs: [Shape], _ output: Shape) -> Int { 0 }
  /// Nothing to prepare.
  package func prepare(_ context: PrepareContext) {}
}

/// Which tensors of the forward pass an op's backward pass reads: they are kept until then.
package struct SavedTensors: OptionSet, Hashable, Sendable {
  /// The bits.
  package let rawValue: UInt8
  /// Makes a set from its bits.
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  /// The inputs' values.
  package static let inputs = SavedTensors(rawValue: 1)
  /// The output's values.
  package static let output = SavedTensors(rawValue: 2)
}
