import Basics
import Imaging

/// What all rows of a run have in common: the form of a row, and the network that made it.
package struct RowFacts: Sendable {
  /// The first digits of the SHA-256 of the weights.
  package let model: String
  package let precision: String
  /// Whether rows hold times, which differ from run to run.
  private(set) var showsTimes = true
  /// The folder that paths of written files are relative to; nil for paths from the working folder.
  private var folder: String?

  package init(modelHash: String, precision: String) {
    (model, self.precision) = (String(modelHash.prefix(Self.hashDigits)), precision)
  }

  private static let hashDigits = 12

  /// The form of rows in a folder of results, which are the same in every run.
  package func withoutTimes(in folder: String) -> RowFacts {
    var facts = self
    (facts.showsTimes, facts.folder) = (false, folder)
    return facts
  }

  /// Writes the first members: which input it is, and whether it failed.
  static func begin(_ input: InputItem, failure: (any Error)?, _ json: inout JSONWriter) {
    json.member("index", input.index)
    json.member("id", input.id)
    json.member("path", input.path)
    json.member("status", failure == nil ? "ok" : "failed")
    guard let failure else { return }
    json.member("error", "\(failure)")
    json.member("error_class", FailureClass(failure, of: input).rawValue)
  }

  /// Writes the last members.
  func end(warnings: [String], _ json: inout JSONWriter) {
    if !warnings.isEmpty { json.member("warnings", warnings) }
    json.member("model", model)
    json.member("precision", precision)
  }

  /// A path of a written file as rows show it.
  func path(_ path: String) -> String {
    guard let folder, path.hasPrefix(folder + "/") else { return path }
    return String(path.dropFirst(folder.count + 1))
  }
}

/// What kind of failure an image had, for programs.
package enum FailureClass: String, CaseIterable, Sendable {
  /// There is no such file.
  case missing
  /// The file cannot be read.
  case unreadable
  /// The entry of a list names no file.
  case invalidEntry = "invalid_entry"
  /// The bytes have no format that can be read.
  case unknownFormat = "unknown_format"
  /// The format is known, but not this kind of it.
  case unsupported
  /// The file is damaged.
  case damaged
  /// The file ends early.
  case truncated
  /// The image has more pixels than are allowed.
  case tooLarge = "too_large"
  case outOfMemory = "out_of_memory"
  /// An output file could not be written.
  case output
  case other

  init(_ error: any Error, of input: InputItem) {
    if case .unusable = input.content {
      self = .invalidEntry
      return
    }
    self =
      switch error as? ImagingError {
      case .unknownFormat?: .unknownFormat
      case .corrupt?, .garbled?: .damaged
      case .unsupported?: .unsupported
      case .endsEarly?: .truncated
      case .tooManyPixels?: .tooLarge
      case .outOfMemory?: .outOfMemory
      case .unencodable?: .output
      case .file(let diagnostic)?:
        if diagnostic.file != input.path {
          .output
        } else if FileContents.entry(input.path) == .nothing {
          .missing
        } else {
          .unreadable
        }
      case .invalidMask?, nil: error is FileError || error is InferenceError ? .output : .other
      }
  }
}

extension StageTimes {
  /// The stages in order, with the names of `ms_per_image`.
  package var stages: [(name: String, seconds: Double)] {
    [("read", decode), ("prepare", preprocess), ("infer", network), ("post_process", postprocess)]
  }

  /// The row of an input in a file of times.
  package func line(of index: Int) -> String {
    var json = JSONWriter()
    json.object {
      $0.member("index", index)
      write(to: &$0)
    }
    return json.text
  }

  /// Writes the milliseconds of each stage as members of the open object.
  func write(to json: inout JSONWriter) {
    for stage in stages { json.member(stage.name, (stage.seconds * 1e6).rounded() / 1000) }
  }
}
