import Glimpse

/// Compares an exported ONNX file, which is read back, with the network that it came from.
struct ExportCheck {
  /// Images per run of the file.
  let batch: Int

  /// Runs both on random values and prints the largest difference of each output.
  func run(_ model: Model, _ path: String, on console: Console) throws {
    let backend = try ComputeBackend(threads: nil, precision: .f32, on: console)
    let shape = model.description.inputShape(n: batch)
    var generator = SeededGenerator(seed: 0)
    let input = Tensor(shape: shape, values: (0..<shape.count).map { _ in generator.uniform() })
    let plan = try Plan.fitting(
      model.graph, input: shape, mode: .inference, kernels: backend.kernels,
      threads: backend.pool.threads)
    let session = Session(plan, parameters: model.parameters, pool: backend.pool)
    session.inputs[0].copy(from: input)
    session.forward()
    let file = try NetworkFile(path: path)
    let results = try file.run(
      [
        file.inputs[0].name: ConstantTensor(
          .float, dims: [shape.n, shape.c, shape.h, shape.w], values: .floats(input.channelsFirst))
      ], kernels: backend.kernels, pool: backend.pool)
    for (output, result) in zip(session.outputs, results) {
      let values = result.tensor.values.floats
      let largest = zip(output.tensor().channelsFirst, values).reduce(Float(0)) {
        max($0, abs($1.0 - $1.1))
      }
      let magnitude = values.reduce(Float(0)) { max($0, abs($1)) }
      try console.print(
        "  check   \(Sentence.printable(result.name)): differs by at most "
          + "\(Import.short(largest)), values up to \(Import.short(magnitude))")
    }
  }
}
