import Foundation
import Glimpse

/// Checks of the paths of a command line, before any work is done.
enum InputPath {
  /// Throws for an input that does not exist or may not be read.
  static func checkReadable(_ paths: [String]) throws(CommandError) {
    for path in paths {
      guard FileManager.default.fileExists(atPath: path) else {
        throw CommandError("\(path): there is no file or folder of this name")
      }
      guard FileManager.default.isReadableFile(atPath: path) else {
        throw CommandError("\(path): it may not be read: permission denied")
      }
    }
  }

  /// Throws if an output would replace one of the inputs.
  static func checkKept(_ inputs: [String], outputs: [String?]) throws(CommandError) {
    let originals = Set(inputs.map(FileContents.resolved))
    for case let output? in outputs where originals.contains(FileContents.resolved(output)) {
      throw .usage(
        "the output \(Sentence.quoted(output)) would replace an input; name another file")
    }
  }
}
