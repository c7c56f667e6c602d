import Glimpse

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

  /// Says what the run goes on from; returns the exit code of a run that is complete.
  func resume(on console: Console) -> ExitCode? {
    let done = "\(Sentence.count(parts.done, "row")), \(parts.failureCount) failed"
    if parts.isComplete {
      console.note("\(place) is complete: \(done); --overwrite makes it anew")
      return parts.failureCount == 0 ? .done : .someInputsFailed
    }
    if parts.done > 0 { console.note("\(place): resuming after \(done)") }
    return nil
  }

  private var place: String {
    parts.shard.count == 1
      ? parts.folder : "\(parts.folder), shard \(parts.shard.number)/\(parts.shard.count)"
  }

  /// Completes the files of the run.
  func finish() throws { try parts.finish(command: command, seconds: monotonicSeconds()) }
}
