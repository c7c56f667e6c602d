/// A tensor of a graph under construction.
package struct Value: Hashable, Sendable {
  /// Its index in the graph.
  package let index: Int
  /// Its shape at the size that the graph is built with.
  package let shape: Shape
}

/// Builds a graph: model code calls blocks on values, and blocks append ops through a scope.
///
/// A scope is a position in the tree of names; `scope["conv1"]` is a child. All scopes of one graph
/// append to the same builder.
package struct Scope {
  /// The graph under construction; a reference because every scope appends to the same one.
  final class Builder {
    var graph = Graph()
    var names: Set<String> = []
  }

  let builder: Builder
  /// The dotted name of this position, empty at the root.
  package let path: String
}

extension Scope {
  /// Starts an empty graph.
  package init() {
    self.init(builder: Builder(), path: "")
  }

  /// The child of a name.
  package subscript(name: String) -> Scope {
    Scope(builder: builder, path: path.isEmpty ? name : "\(path).\(name)")
  }

  /// The child of a number, as in `layer1.0`.
  package subscript(number: Int) -> Scope { self["\(number)"] }

  /// Declares a value that the caller will fill.
  package func input(_ shape: Shape) -> Value {
    let value = append(shape)
    builder.graph.inputs.append(value.index)
    return value
  }

  /// Appends an op under this scope's name; shapes that do not fit are a programming error.
  package func apply(_ op: any Op, _ inputs: Value...) -> Value {
    apply(op, inputs)
  }

  /// Appends an op under this scope's name; shapes that do not fit are a programming error.
  package func apply(_ op: any Op, _ inputs: [Value]) -> Value {
    do {
      return try append(op, inputs)
    } catch {
      preconditionFailure(error.description)
    }
  }

  /// The same for ops from a file: throws where parameters or shapes do not fit, or the name is
  /// taken.
  package func append(_ op: any Op, _ inputs: [Value]) throws(EngineError) -> Value {
    guard !builder.names.contains(path) else {
      throw EngineError("two nodes are named \(path)")
    }
    let shape: Shape
    do {
      shape = try op.outputShape(inputs.map(\.shape))
    } catch {
      throw EngineError("\(path): \(error.description)")
    }
    builder.names.insert(path)
    let value = append(shape)
    builder.graph.nodes.append(
      Graph.Node(op: op, name: path, inputs: inputs.map(\.index), output: value.index))
    return value
  }

  /// The finished graph with the values that the caller will read.
  package func finish(outputs: [Value]) -> Graph {
    builder.graph.outputs = outputs.map(\.index)
    return builder.graph
  }

  private func append(_ shape: Shape) -> Value {
    builder.graph.shapes.append(shape)
    return Value(index: builder.graph.shapes.count - 1, shape: shape)
  }
}
