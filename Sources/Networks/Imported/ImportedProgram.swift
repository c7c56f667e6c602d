import Basics
import Engine

/// A network of another program with its recipe, for every input size that it can have.
package struct ImportedProgram: Sendable {
  /// The network for one input size.
  package struct Instance {
    package let graph: Graph
    package let parameters: ParameterBlock
    /// Makes the outputs of a run tensors in the layout of the file.
    package let read: ([View]) -> [OutputTensor]

    package init(
      graph: Graph, parameters: ParameterBlock, read: @escaping ([View]) -> [OutputTensor]
    ) {
      (self.graph, self.parameters, self.read) = (graph, parameters, read)
    }
  }

  package private(set) var recipe: Recipe
  /// Whether other input sizes are possible.
  package let hasFreeSize: Bool
  /// Translates the network for one image, whose rows and columns are those of the input in memory.
  package let instance: @Sendable (_ height: Int, _ width: Int) throws(EngineError) -> Instance

  package init(
    recipe: Recipe, hasFreeSize: Bool,
    instance: @escaping @Sendable (_ height: Int, _ width: Int) throws(EngineError) -> Instance
  ) {
    (self.recipe, self.hasFreeSize, self.instance) = (recipe, hasFreeSize, instance)
  }
}

extension ImportedProgram {
  /// Changes the size of the input.
  ///
  /// - Throws: `EngineError` if the network has one size only.
  package mutating func resize(to size: InputSize.Extent) throws(EngineError) {
    let own = recipe.input
    guard (own.height, own.width) != (size.height, size.width) else { return }
    guard hasFreeSize else {
      throw EngineError(
        "the network takes images of \(own.height)x\(own.width) pixels (height x width) only, not "
          + "\(size.height)x\(size.width); leave --imgsz out")
    }
    (recipe.input.height, recipe.input.width) = (size.height, size.width)
    if case .padded = own.fit { recipe.input.fit = .letterbox(isCentered: false, fill: 0) }
  }
}
