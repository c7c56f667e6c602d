import Engine

/// A network that was read from another program's file, for fixed input shapes.
package struct ImportedNetwork {
  /// An input or output of the file, and how the graph stores it.
  package struct Port: Hashable, Sendable {
    package let name: String
    package let type: TensorType
    /// The extents in the file's order.
    package let dims: [Int]
    /// The axes in the order of memory, from the outermost to the innermost.
    let order: [Int]
  }

  /// The graph; its inputs and outputs are those of `inputs` and `outputs`.
  package let graph: Graph
  package let parameters: ParameterBlock
  package let inputs: [Port]
  package let outputs: [Port]
}

extension ImportedNetwork.Port {
  /// Values in the file's order (row-major) to the order of memory.
  package func memory(_ values: [Float]) -> [Float] {
    let view = Operand(
      ConstantTensor(.float, dims: dims, values: .floats(values)))
    return view.transposed(order).floats ?? []
  }

  /// Values in the order of memory to the file's order (row-major).
  package func rowMajor(_ values: [Float]) -> [Float] {
    if order == Array(dims.indices) { return values }
    let view = Operand(
      type: .float, dims: dims, strides: Operand.strides(dims, order: order),
      source: .constant(.floats(values)))
    return view.floats ?? []
  }
}

extension ImportedNetwork {
  /// Runs the network once; inputs and outputs are in the file's order.
  package func run(
    _ values: [[Float]], kernels: Kernels, pool: ThreadPool
  ) throws(InteropError) -> [[Float]] {
    do throws(EngineError) {
      let (graph, parameters) = graph.optimizedForInference(parameters)
      let plan = try Plan(
        graph, inputShapes: graph.inputs.map { graph.shapes[$0] }, mode: .inference,
        kernels: kernels)
      let session = Session(plan, parameters: parameters, pool: pool)
      for (index, port) in inputs.enumerated() {
        guard values[index].count == port.dims.reduce(1, *) else {
          throw EngineError(
            "the input \(printable(port.name)) takes \(port.dims), not \(values[index].count) numbers"
          )
        }
        session.inputs[index].copy(
          from: Tensor(shape: session.inputs[index].shape, values: port.memory(values[index])))
      }
      session.forward()
      return zip(outputs, session.outputs).map { $0.rowMajor($1.tensor().values) }
    } catch {
      throw InteropError(error.diagnostic)
    }
  }
}
