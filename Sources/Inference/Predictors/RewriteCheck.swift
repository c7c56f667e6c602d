import Engine
import Imaging
import Networks

/// How far the rewrites for inference and the kernels of this machine move the outputs of a network of
/// another program on an image.
package struct RewriteCheck {
  /// The difference of one output.
  package struct Difference: Hashable, Sendable {
    package let name: String
    package let dims: [Int]
    /// The largest difference of a value.
    package let largest: Float
    /// The largest magnitude of a value.
    package let magnitude: Float
  }

  /// Runs the network as its file has it on scalar kernels, and as it runs otherwise.
  package static func differences(
    _ model: Model, on image: Image, kernels: Kernels, pool: ThreadPool
  ) throws(EngineError) -> [Difference] {
    guard let program = model.imported else {
      throw EngineError("\(model.description.name) is no network of another program")
    }
    let fitted = FittedImage(
      program.recipe.input, imageWidth: image.width, imageHeight: image.height)
    let instance = try program.instance(fitted.rows, fitted.columns)
    let (graph, parameters) = instance.graph.optimizedForInference(instance.parameters)
    func run(
      _ graph: Graph, _ parameters: ParameterBlock, _ kernels: Kernels
    ) throws(EngineError) -> [OutputTensor] {
      let plan = try Plan(
        graph, inputShapes: graph.inputs.map { graph.shapes[$0] }, mode: .inference,
        kernels: kernels)
      let session = Session(plan, parameters: parameters, pool: pool)
      fitted.fill(image.asInput, into: session.inputs[0].image(0))
      session.forward()
      return instance.read(session.outputs)
    }
    let expected = try run(instance.graph, instance.parameters, Kernels(.scalar))
    let found = try run(graph, parameters, kernels)
    return zip(expected, found).map { expected, found in
      Difference(
        name: expected.name, dims: expected.dims,
        largest: zip(expected.values, found.values).reduce(0) {
          // A value that is no number on one side only differs as much as can be.
          $1.0.isNaN != $1.1.isNaN ? .infinity : max($0, abs($1.0 - $1.1))
        },
        magnitude: expected.values.reduce(0) { max($0, abs($1)) })
    }
  }
}
