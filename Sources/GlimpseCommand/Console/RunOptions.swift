import Foundation
import Glimpse

/// What `detect` and `segment` read, where results go, and what happens to images that fail.
struct RunOptions: Sendable {
  var inputs: [String] = []
  var stream: String?
  var column: String?
  var shard: String?
  var output: String?
  var overwrites = false
  var onError = FailurePolicy.skip
  var maximumFailures: Int?
  var isQuiet = false

  /// What an image that fails does to the run.
  enum FailurePolicy: String, OptionWord {
    /// It fails alone.
    case skip
    /// It ends the run.
    case fail
  }

  /// Whether images come when they come, so that nothing is known of all of them before.
  var isLive: Bool { stream != nil || inputs.contains(InputSource.standardInput) }

  /// Whether files are drawn or written for each image unless it is asked for otherwise.
  var savesByDefault: Bool { shard == nil && !isLive }

  /// The images, which must be read from one source only.
  func source() -> InputSource {
    if let stream { return InputSource(stream: stream) }
    return InputSource(inputs, column: column)
  }

  /// How far a run has come that was interrupted.
  static func progress(_ done: Int, of count: Int?) -> String {
    let images = Sentence.count(count ?? done, "image")
    return count == nil ? "\(images) are done" : "\(done) of \(images) are done"
  }

  /// The shard of `--shard`.
  func chosenShard() throws(CommandError) -> Shard {
    guard let shard else { return .whole }
    do throws(InferenceError) {
      return try Shard(shard, environment: ProcessInfo.processInfo.environment)
    } catch {
      throw .usage(error.description)
    }
  }

  /// Refuses options that do not fit together.
  func check(_ command: String) throws(CommandError) {
    guard stream != nil || !inputs.isEmpty else {
      throw .usage("\(command) needs <path>...; 'glimpse \(command) --help' describes it")
    }
    if let stream, !inputs.isEmpty {
      throw .usage("--stream \(stream) is the only input; leave \(Sentence.quoted(inputs[0])) out")
    }
    guard shard != nil else { return }
    guard !isLive else {
      throw .usage(
        "--shard needs inputs that every process reads anew; standard input is not, give a list file"
      )
    }
    guard output != nil else {
      throw .usage("--shard needs --output <folder>, which all shards share")
    }
  }
}

/// The results of a run in a folder: what was made from what, and the rows so far.
struct ResultRun {
  let parts: ResultParts
  /// The number of inputs of the shard; nil if it is not known.
  let inputCount: Int?
  private let command: String

  /// Opens the folder where an earlier run of the same manifest left it.
  ///
  /// - Parameters:
  ///   - options: The options that results depend on.
  ///   - name: Names the output files, which may not be inputs.
  /// - Throws: an error if the folder holds results of other options, other files without
  ///   `--overwrite`, or one of the inputs.
  init(
    in folder: String, of command: String, _ run: RunOptions, shard: Shard, facts: ModelFacts,
    options: [String: String], name: RunInputs.Naming?
  ) throws {
    self.command = command
    var digest: InputDigest?
    if !run.isLive {
      let place = FileContents.resolved(folder) + "/"
      var (inside, written): (Set<String>, [String]) = ([], [])
      digest = InputDigest(of: run.source()) { item in
        // A new folder holds no inputs.
        guard let name = name?(item), run.overwrites, case .file = item.content else { return }
        written.append(place + name)
        let path = FileContents.resolved(item.path)
        if path.hasPrefix(place) { inside.insert(path) }
      }
      if let lost = written.first(where: inside.contains) {
        throw InferenceError(
          "the folder \(Sentence.quoted(folder)) holds the input "
            + "\(Sentence.quoted(String(lost.dropFirst(place.count)))), which would be overwritten; "
            + "choose another --output")
      }
    }
    let manifest = ResultManifest(
      command: command, model: facts.name, modelHash: facts.hash, precision: facts.precision,
      options: options, inputs: digest, shards: shard.count)
    if run.overwrites, (try? ResultManifest(of: folder)) != manifest {
      try FileContents.remove("\(folder)/\(ResultMark.fileName)")
    }
    if ResultMark.isIn(folder), run.isLive, !run.overwrites {
      throw InferenceError(
        "the folder \(Sentence.quoted(folder)) holds results, and images from standard input cannot be "
          + "resumed; choose another --output, or pass --overwrite")
    }
    try manifest.claim(folder)
    parts = try ResultParts(in: folder, shard: shard, discards: run.overwrites)
    inputCount = digest.map { ($0.count - shard.number + shard.count - 1) / shard.count }
  }

  /// What the run goes on from, as a sentence; nil for a new run.
  var resumption: String? {
    guard parts.done > 0 else { return nil }
    let done = "\(Sentence.count(parts.done, "row")), \(parts.failureCount) failed"
    return parts.isComplete
      ? "\(place) is complete: \(done); --overwrite makes it anew"
      : "\(place): resuming after \(done)"
  }

  private var place: String {
    parts.shard.count == 1
      ? parts.folder : "\(parts.folder), shard \(parts.shard.number)/\(parts.shard.count)"
  }

  /// Completes the files of the run.
  func finish() throws { try parts.finish(command: command, seconds: monotonicSeconds()) }
}

/// The network of a run, for its rows and its manifest.
struct ModelFacts {
  let name: String
  let hash: String
  let precision: String

  init(_ model: Model, _ weights: WeightsSource, _ kernels: Kernels) throws {
    name = model.description.name
    hash = try weights.hash(of: name)
    precision = kernels.precision.rawValue
  }

  /// The facts of an ensemble, whose hash is that of the hashes of its networks.
  init(_ models: [Model], _ sources: [WeightsSource], _ kernels: Kernels) throws {
    let parts = try zip(models, sources).map { try ModelFacts($0, $1, kernels) }
    name = parts.map(\.name).joined(separator: "+")
    let hashes = parts.map(\.hash)
    hash = hashes.count == 1 ? hashes[0] : SHA256.hex(of: hashes.joined().utf8)
    precision = kernels.precision.rawValue
  }

  var rows: RowFacts { RowFacts(modelHash: hash, precision: precision) }
}
