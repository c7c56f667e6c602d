/// A network as a list of ops in the order in which they run.
package struct Graph: Sendable {
  /// One op applied to values.
  package struct Node: Sendable {
    package let op: any Op
    /// The scoped name, which prefixes its parameters' names: `layer1.0.conv2`.
    package let name: String
    /// Indices of the values that it reads.
    package let inputs: [Int]
    /// The index of the value that it computes.
    package let output: Int
  }

  /// The ops, each after those that it reads from.
  package internal(set) var nodes: [Node] = []
  /// The values' shapes at the size that the graph was built with.
  package internal(set) var shapes: [Shape] = []
  /// The values that the caller fills.
  package internal(set) var inputs: [Int] = []
  /// The values that the caller reads.
  package internal(set) var outputs: [Int] = []

  /// All parameters, laid out flat.
  package var parameterLayout: ParameterLayout {
    ParameterLayout(
      nodes.flatMap { node in
        node.op.parameters.map { ("\(node.name).\($0.name)", $0) }
      })
  }

  /// How many nodes and outputs read each value.
  var readerCounts: [Int] {
    (nodes.flatMap(\.inputs) + outputs)
      .reduce(into: [Int](repeating: 0, count: shapes.count)) { $0[$1] += 1 }
  }

  /// The values' shapes for other input shapes; throws where an op cannot take them.
  package func inferredShapes(inputs inputShapes: [Shape]) throws(EngineError) -> [Shape] {
    precondition(inputShapes.count == inputs.count, "the graph has \(inputs.count) inputs")
    var result = shapes
    for (value, shape) in zip(inputs, inputShapes) {
      guard shape.c == shapes[value].c else {
        throw EngineError(
          "the network takes \(shapes[value].c) channels, and the input has \(shape.c)")
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

  /// The same network at other input shapes; throws where an op cannot take them.
  package func resized(inputs inputShapes: [Shape]) throws(EngineError) -> Graph {
    var result = self
    result.shapes = try inferredShapes(inputs: inputShapes)
    return result
  }

  /// Multiplications and additions of one forward pass at the built size, each counted as one.
  package var flops: Double {
    nodes.reduce(0) { $0 + $1.op.flops($1.inputs.map { shapes[$0] }, shapes[$1.output]) }
  }
}
