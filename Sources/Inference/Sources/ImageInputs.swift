import Basics
import Foundation
import Imaging

/// Expands command-line arguments to image paths.
///
/// An argument is an image, a folder, a `.txt` list with one path per line, or `-` for such a list
/// on standard input. Order and repetitions are kept; a folder gives its images sorted by path.
///
/// An argument without any image is an error before any work starts. A missing file in a list is
/// kept, so that only this image fails when it is read.
package enum ImageInputs {
  /// The argument that means standard input.
  static let standardInput = "-"

  /// The paths of all images, as given by the user where possible.
  ///
  /// - Parameter readStandardInput: Returns all lines of standard input, for `-`.
  package static func expand(
    _ arguments: [String],
    readStandardInput: () -> [String] = { AnyIterator { readLine() }.map(\.self) }
  ) throws(InferenceError) -> [String] {
    var paths: [String] = []
    for argument in arguments {
      if argument == standardInput {
        paths += try listed(readStandardInput(), besides: nil, in: "standard input")
        continue
      }
      switch FileContents.entry(argument) {
      case .nothing:
        throw InferenceError("there is no file or folder \(Sentence.quoted(argument))")
      case .folder:
        paths += try images(inFolder: argument)
      case .file where FilePath.ending(argument) == "txt":
        let text = try InferenceError.wrap(FileContents.text(argument)) ?? ""
        paths += try listed(
          FileContents.lines(text).map(String.init), besides: argument,
          in: "the list \(Sentence.quoted(argument))")
      case .file:
        paths.append(argument)
      }
    }
    return paths
  }

  /// The images in a folder and its subfolders, sorted by path; hidden files are skipped.
  package static func images(inFolder folder: String) throws(InferenceError) -> [String] {
    var found: [String] = []
    for element in FolderWalk([folder], links: .follow) {
      switch element {
      case .file(let path): if FilePath.isImage(path) { found.append(path) }
      case .unlistable(let path):
        throw InferenceError(
          "cannot read the folder \(Sentence.quoted(path)): check its permissions")
      case .brokenLink, .invalidName, .upwardLink: break
      }
    }
    guard !found.isEmpty else {
      let endings = Codec.allCases.flatMap(\.fileExtensions).map { "." + $0 }
      throw InferenceError(
        "the folder \(Sentence.quoted(folder)) holds no images (\(Sentence.alternatives(endings)))")
    }
    return found
  }

  /// The paths of a list; relative ones are resolved against the list's folder first, then the
  /// working directory.
  private static func listed(
    _ lines: [String], besides list: String?, in name: String
  ) throws(InferenceError) -> [String] {
    var paths: [String] = []
    for line in lines {
      let entry = line.trimmingCharacters(in: .whitespacesAndNewlines)
      guard !entry.isEmpty else { continue }
      var path = entry
      if let list, !entry.hasPrefix("/") {
        let beside = join((list as NSString).deletingLastPathComponent, entry)
        let isBeside = FileContents.entry(beside) != .nothing
        if isBeside || FileContents.entry(entry) == .nothing { path = beside }
      }
      if FileContents.entry(path) == .folder {
        paths += try images(inFolder: path)
      } else {
        paths.append(path)
      }
    }
    guard !paths.isEmpty else { throw InferenceError("\(name) holds no paths") }
    return paths
  }

  private static func join(_ folder: String, _ name: String) -> String {
    if folder.isEmpty || folder == "." && name.hasPrefix("./") { return name }
    return folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }
}

/// Inputs or outputs of a prediction run that cannot be used.
package struct InferenceError: ModuleError {
  package let diagnostic: Diagnostic

  package init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}
