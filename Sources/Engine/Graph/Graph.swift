/// A network as a list of ops in execution order.
package struct Graph: Sendable {
  /// An op with its input and output values.
  package struct Node: Sendable {
    package let op: any Op
    /// The scoped name, which prefixes its parameters' names: `layer1.0.conv2`.
    package let name: String
    /// Indices of the input values.
    package let inputs: [Int]
    /// The index of the output value.
    package let output: Int
    /// The names of the op's parameters in the network.
    package let parameterNames: [String]

    /// - Parameter parameterNames: By default, `name` and the op's own names, joined by dots.
    init(
      op: any Op, name: String, inputs: [Int], output: Int, parameterNames: [String]? = nil
    ) {
      (self.op, self.name, self.inputs, self.output) = (op, name, inputs, output)
      self.parameterNames = parameterNames ?? op.parameters.map { "\(name).\($0.name)" }
    }
  }

  /// The nodes in topological order.
  package internal(set) var nodes: [Node] = []
  /// The shape of each value at the input size that the graph was built with.
  package internal(set) var shapes: [Shape] = []
  /// Indices of the input values.
  package internal(set) var inputs: [Int] = []
  /// Indices of the output values.
  package internal(set) var outputs: [Int] = []
  /// The names of the parameters that training does not change; see `freezing`.
  package internal(set) var frozenParameters: Set<String> = []

  /// The layout of all parameters in one flat block.
  package var parameterLayout: ParameterLayout {
    ParameterLayout(
      nodes.flatMap { node in Array(zip(node.parameterNames, node.op.parameters)) })
  }

  /// For each value, the number of nodes and graph outputs that read it.
  var readerCounts: [Int] {
    (nodes.flatMap(\.inputs) + outputs)
      .reduce(into: [Int](repeating: 0, count: shapes.count)) { $0[$1] += 1 }
  }

  /// The shape of each value for other input shapes; throws if an op does not support them.
  package func inferredShapes(inputs inputShapes: [Shape]) throws(EngineError) -> [Shape] {
    precondition(inputShapes.count == inputs.count, "the graph has \(inputs.count) inputs")
    var result = shapes
    for (value, shape) in zip(inputs, inputShapes) {
      guard shape.c == shapes[value].c else {
        throw EngineError(
          "the network takes \(shapes[value].c) channels, but the input has \(shape.c)")
      }
      result[value] = shape
    }
    for node in nodes {
      do {
        result[node.output] = try node.op.outputShape(node.inputs.map { result[$0] })
      } catch {
        throw EngineError("\(node.name): \(error.description)")
      }
    }
    return result
  }

  /// The same network for other input shapes; throws if an op does not support them.
  package func resized(inputs inputShapes: [Shape]) throws(EngineError) -> Graph {
    var result = self
    result.shapes = try inferredShapes(inputs: inputShapes)
    return result
  }

  /// FLOPs of one forward pass at the built size; a multiply-add counts as two.
  package var flops: Double {
    nodes.reduce(0) { $0 + $1.op.flops($1.inputs.map { shapes[$0] }, shapes[$1.output]) }
  }
}
