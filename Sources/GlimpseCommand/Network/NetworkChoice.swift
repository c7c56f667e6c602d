import Glimpse

/// The model and weights that a command uses.
struct NetworkChoice: Sendable {
  /// A model of the catalog; nil for that of the weights, or compact without any.
  var model: ModelSpec?
  /// The weights; nil for the built-in ones where they are of the model, else random ones.
  var weights: WeightsSource?
  /// The input size; nil for the network's own.
  var imageSize: InputSize?
  /// The recipe and the class names of a network of another program.
  var imports = ImportChoice()

  /// The seed of random weights, which are the same in every run.
  static let seed: UInt64 = 0

  /// Loads or makes the model at the input size; says on standard error where it has random weights
  /// that were not asked for.
  ///
  /// - Throws: `NetworksError` for an invalid file, a usage error if the weights are for another model
  ///   than `model`.
  func load(on console: Console) throws -> Model {
    let source = weights ?? .usual(for: (model ?? .compact).name)
    if weights == nil, source == .random {
      console.note("\((model ?? .compact).name) has no built-in weights: randomly initialized")
    }
    let loaded = try source.load(model: model ?? .compact, imports)
    if let model, model.name != loaded.description.name {
      throw CommandError.usage(
        "\(Sentence.printable(source.name)): these weights are of \(loaded.description.name), and "
          + "--model names \(model.name); leave --model out")
    }
    return try imageSize.map { try loaded.resized(to: $0) } ?? loaded
  }

  /// The metadata of the weights' file; empty for random weights.
  func metadata() throws(NetworksError) -> [String: String] {
    let name = (model ?? .compact).name
    switch weights ?? .usual(for: name) {
    case .builtIn: return try DefaultWeights.file(of: name).metadata
    case .file(let path): return try Safetensors(path: path).metadata
    case .random: return [:]
    }
  }
}

extension WeightsSource {
  /// Loads the model of the weights; `spec` is the model of built-in and random weights, whose
  /// classes have no names.
  func load(model spec: ModelSpec, _ imports: ImportChoice = ImportChoice()) throws -> Model {
    if path == nil { try imports.checkUnused(for: name) }
    switch self {
    case .builtIn: return try Model(DefaultWeights.file(of: spec.name))
    case .file(let path): return try imports.model(path) ?? Model(path: path)
    case .random:
      let names = (0..<spec.task.benchmarkClassCount).map { "class \($0)" }
      return Model(spec, classNames: names, seed: NetworkChoice.seed)
    }
  }

  /// Refuses a model that is not a detector.
  func checkDetector(_ model: Model) throws(CommandError) {
    try model.check(.detection, of: self)
    guard model.description.task == .detection else {
      throw CommandError.usage(
        "\(Sentence.printable(name)): these weights are of \(model.description.name), which is not a "
          + "detector; give weights of \(Sentence.alternatives(ModelCatalog.names(.detection)))")
    }
  }
}

extension WeightsSource {
  /// Loads the weights of `segment`.
  ///
  /// - Throws: `NetworksError` for an invalid file, a usage error if its model does not segment.
  func loadSegmenter(_ imports: ImportChoice = ImportChoice()) throws -> Model {
    guard let spec = ModelCatalog[DefaultWeights.segmenter] else {
      preconditionFailure("the catalog has no \(DefaultWeights.segmenter)")
    }
    let model = try load(model: spec, imports)
    try model.check(.segmentation, of: self)
    guard model.description.task == .segmentation else {
      throw CommandError.usage(
        "\(Sentence.printable(name)): these weights are of \(model.description.name), which does not "
          + "segment; give weights of "
          + Sentence.alternatives(ModelCatalog.names(.segmentation)))
    }
    guard model.description.classNames.count <= Segmenter.maximumClassCount else {
      throw CommandError.usage(
        "\(Sentence.printable(name)): these weights have \(model.description.classNames.count) "
          + "classes, and an 8-bit mask holds at most \(Segmenter.maximumClassCount)")
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
    let available = Machine.availableThreads
    // More threads than processors only wait for each other; a few are useful in tests.
    let most = max(4 * available, 16)
    if let threads, threads > most {
      console.warn(
        "--threads \(threads): this process may use \(Sentence.count(available, "processor")); "
          + "\(most) threads are used")
    }
    pool = ThreadPool(threads: min(threads ?? available, most))
  }

  /// Pools for predictors that process images side by side: whole images on single threads where there
  /// are enough of them, which wait for each other less than parts of one image do.
  ///
  /// - Parameter images: The number of images; nil if it is not known.
  func divided(among images: Int?, batch: Int) -> [ThreadPool] {
    let batches = images.map { ($0 + batch - 1) / batch } ?? .max
    let count = max(min(pool.threads, batches), 1)
    guard count > 1 else { return [pool] }
    return (0..<count).map { _ in ThreadPool(threads: pool.threads / count) }
  }
}
