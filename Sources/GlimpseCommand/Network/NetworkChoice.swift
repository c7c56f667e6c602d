import Glimpse

/// The model that a command uses: one of the catalog with random weights, or a weights file.
struct NetworkChoice: Sendable {
  /// A model of the catalog; nil for that of the weights file, or compact without a file.
  var model: ModelSpec?
  /// A weights file; nil for random weights.
  var weights: String?
  /// The input size; nil for the network's own.
  var imageSize: InputSize?

  /// The seed of random weights, which are the same in every run.
  static let seed: UInt64 = 0

  /// Reads the weights file, or makes a model with random weights, at the input size.
  ///
  /// - Throws: `NetworksError` for an invalid file, a usage error if the file is for another model
  ///   than `model`.
  func load() throws -> Model {
    guard let weights else {
      let spec = model ?? .compact
      let names = (0..<spec.task.benchmarkClassCount).map { "class \($0)" }
      return Model(spec, classNames: names, imageSize: imageSize, seed: Self.seed)
    }
    let loaded = try Model(path: weights)
    if let model, model.name != loaded.description.name {
      throw CommandError.usage(
        "\(Sentence.quoted(weights)) is for \(loaded.description.name) and --model names "
          + "\(model.name); leave --model out")
    }
    return try imageSize.map { try loaded.resized(to: $0) } ?? loaded
  }
}

/// The weights of `detect` and `evaluate`.
enum TrainedWeights {
  /// Reads a weights file; nil reads the built-in weights.
  ///
  /// - Throws: `NetworksError` for an invalid file, a usage error if its model is not a detector.
  static func load(_ path: String?) throws -> Model {
    guard let path else { return try DefaultWeights.load() }
    let model = try Model(path: path)
    guard model.description.task == .detection else {
      throw CommandError.usage(
        "\(Sentence.quoted(path)) is for \(model.description.name), which is not a detector; give "
          + "weights of \(Sentence.alternatives(ModelCatalog.names(.detection)))")
    }
    return model
  }
}

/// The threads and kernels that a command computes with.
struct ComputeBackend {
  let pool: ThreadPool
  let kernels: Kernels

  /// Starts the threads; warns if the machine does not support the requested precision.
  ///
  /// - Parameter threads: The number of threads; nil for all that the process may use.
  /// - Throws: `EngineError` if `GLIMPSE_ISA` names an instruction set that this machine does not
  ///   have.
  init(
    threads: Int?, precision: PrecisionChoice, on console: Console
  ) throws(EngineError) {
    let set = try InstructionSet.chosen()
    let resolved = precision.resolved(on: set)
    if let note = resolved.note { console.warn(note) }
    kernels = try Kernels(set, precision: resolved.precision)
    pool = ThreadPool(threads: threads ?? Machine.availableThreads)
  }
}
