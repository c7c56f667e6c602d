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

  /// Ends a run that was interrupted, and says how far it has come.
  ///
  /// - Parameters:
  ///   - done: The images of earlier runs into the same folder.
  ///   - count: The images of all; nil if it is not known.
  ///   - resumes: Whether the same command goes on.
  static func checkInterruption(
    _ summary: PipelineSummary, after done: Int, of count: Int?, resumes: Bool
  ) throws {
    guard !summary.isComplete else { return }
    let processed = done + summary.images
    let images = Sentence.count(count ?? processed, "image")
    try Interruption.check(
      (count == nil ? "\(images) are done" : "\(processed) of \(images) are done")
        + (resumes ? "; the same command resumes" : ""))
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

extension RunInputs {
  /// Says how many outputs have other names than their inputs.
  func noteRenamed(on console: Console) {
    guard renamedCount > 0 else { return }
    console.note(
      "note: \(Sentence.count(renamedCount, "input")) \(renamedCount == 1 ? "shares its" : "share their") "
        + "name with another one; the outputs have a number or a folder in their names")
  }
}

extension RunOptions {
  /// The images of the command, after the warnings and problems of finding them were printed.
  func foundImages(on console: Console) -> InputSource {
    let source = source()
    for warning in source.warnings { console.warn(Sentence.printable(warning)) }
    // All problems are listed at the end, too.
    for problem in source.problems where !isQuiet || source.isEmpty {
      console.note("error: \(Sentence.printable("\(problem)"))")
    }
    return source
  }

  /// The folder of the results: the requested one, or the next free one where files are written.
  func makeFolder(for command: String, writesFiles: Bool) throws(CommandError) -> ResultFolder? {
    if let output { return try ResultFolder(named: output, overwrites: overwrites) }
    return writesFiles ? try ResultFolder(nextFor: command) : nil
  }
}
