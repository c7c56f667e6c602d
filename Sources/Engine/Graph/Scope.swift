/// A tensor of a graph under construction.
package struct Value: Hashable, Sendable {
  /// The index in the graph.
  package let index: Int
  /// The shape at the input size that the graph is built with.
  package let shape: Shape
}

/// A named position in a graph under construction; blocks append ops through a scope.
///
/// Scopes form a tree of dotted names: `scope["conv1"]` is a child. All scopes of a graph append to
/// the same builder.
package struct Scope {
  /// The graph under construction, shared by all scopes.
  final class Builder {
    var graph = Graph()
    var names: Set<String> = []
  }

  let builder: Builder
  /// The dotted name of this scope, empty at the root.
  package let path: String
}

extension Scope {
  /// Creates the root scope of an empty graph.
  package init() {
    self.init(builder: Builder(), path: "")
  }

  /// The child scope `name`.
  package subscript(name: String) -> Scope {
    Scope(builder: builder, path: path.isEmpty ? name : "\(path).\(name)")
  }

  /// The child scope of a number, as in `layer1.0`.
  package subscript(number: Int) -> Scope { self["\(number)"] }

  /// Declares an input of the graph.
  package func input(_ shape: Shape) -> Value {
    let value = append(shape)
    builder.graph.inputs.append(value.index)
    return value
  }

  /// Appends an op with this scope's name; invalid shapes are a programming error.
  package func apply(_ op: any Op, _ inputs: Value...) -> Value {
    apply(op, inputs)
  }

  /// Appends an op with this scope's name; invalid shapes are a programming error.
  package func apply(_ op: any Op, _ inputs: [Value]) -> Value {
    do {
      return try append(op, inputs)
    } catch {
      preconditionFailure(error.description)
    }
  }

  /// Appends an op that was read from a file; throws for invalid parameters or shapes and for
  /// duplicate names.
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

  /// Returns the finished graph with the given outputs.
  package func finish(outputs: [Value]) -> Graph {
    builder.graph.outputs = outputs.map(\.index)
    return builder.graph
  }

  private func append(_ shape: Shape) -> Value {
    builder.graph.shapes.append(shape)
    return Value(index: builder.graph.shapes.count - 1, shape: shape)
  }
}
