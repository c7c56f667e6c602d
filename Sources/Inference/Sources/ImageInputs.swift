import Basics
import Imaging

/// The images that command-line arguments name.
///
/// An argument is an image, a folder, a `.txt` list of paths, or `-` for such a list on standard
/// input. Order and repetitions are kept; a folder gives its images sorted by path.
///
/// What cannot be used is a problem and does not stop the others. A missing file is kept as a path,
/// so that only this image fails when it is read.
package struct ImageInputs {
  /// The paths of all images, as given by the user where possible.
  package private(set) var paths: [String] = []
  /// Folders and lists that cannot be used, and files that cannot be named.
  package private(set) var problems: [InferenceError] = []
  /// What folders hold besides images that can be read, one sentence each.
  package private(set) var warnings: [String] = []
  /// Arguments that do not exist.
  private var missing: [InferenceError] = []

  /// The argument that means standard input.
  private static let standardInput = "-"

  /// Expands arguments.
  ///
  /// - Parameter readStandardInput: Returns all bytes of standard input, for `-`.
  package init(
    _ arguments: [String],
    readStandardInput: () throws(FileError) -> [UInt8] = { () throws(FileError) in
      try FileContents.standardInput()
    }
  ) {
    for argument in arguments {
      let ending = FilePath.ending(argument)
      switch FileContents.entry(argument) {
      case _ where argument == Self.standardInput:
        addList(in: argument, named: "standard input", readStandardInput)
      case .nothing:
        paths.append(argument)
        missing.append(
          InferenceError(
            "there is no file or folder \(Sentence.quoted(argument))"
              + (argument.contains("\u{FFFD}")
                ? "; if its name is not UTF-8, rename it, or give its folder" : "")))
      case .folder: addFolder(argument)
      case .file where ending == "txt":
        addList(in: argument, named: "the list \(Sentence.quoted(argument))") {
          () throws(FileError) in
          try FileContents.bytes(argument) ?? []
        }
      case .file: paths.append(argument)
      }
    }
    // Nothing can be read: each argument is a problem, before any work starts.
    if paths.count == missing.count {
      problems += missing
      paths = []
    }
  }

  /// Adds the images in a folder and its subfolders, sorted by path; hidden files are skipped.
  private mutating func addFolder(_ folder: String) {
    let (pathCount, problemCount) = (paths.count, problems.count)
    var others: [String] = []
    for element in FolderWalk([folder], links: .follow) {
      switch element {
      case .file(let path), .brokenLink(let path), .special(let path):
        if FilePath.isImage(path) { paths.append(path) } else { others.append(path) }
      case .unlistable(let path):
        problems.append(
          InferenceError(
            "cannot read the folder \(Sentence.quoted(path)): check its permissions"))
      case .invalidName(let path):
        guard FilePath.isImage(path) || path.hasSuffix("/") else { continue }
        problems.append(
          InferenceError("the name \(Sentence.quoted(path)) is not UTF-8; rename it"))
      case .upwardLink: break
      }
    }
    let unreadable = UnreadableFormat.summary(others).map {
      "files of formats that cannot be read: \($0); convert them to JPEG or PNG"
    }
    if paths.count > pathCount {
      if let unreadable {
        warnings.append("the folder \(Sentence.quoted(folder)) also holds \(unreadable)")
      }
    } else if let unreadable {
      problems.append(
        InferenceError("the folder \(Sentence.quoted(folder)) holds only \(unreadable)"))
    } else if problems.count == problemCount {
      let endings = Codec.allCases.flatMap(\.fileExtensions).map { "." + $0 }
      problems.append(
        InferenceError(
          "the folder \(Sentence.quoted(folder)) holds no images (\(Sentence.alternatives(endings)))"
        ))
    }
  }

  /// Adds the paths of a list; relative ones are resolved against the list's folder first, then the
  /// working directory.
  private mutating func addList(
    in list: String, named name: String, _ read: () throws(FileError) -> [UInt8]
  ) {
    let entries: [PathList.Entry]
    do {
      entries = try PathList.entries(read(), of: list == Self.standardInput ? name : list)
    } catch {
      problems.append(InferenceError(error.diagnostic))
      return
    }
    if entries.isEmpty { problems.append(InferenceError("\(name) holds no paths")) }
    for entry in entries {
      guard entry.isUTF8 else {
        problems.append(
          InferenceError(
            "the name \(Sentence.quoted(entry.path)) is not UTF-8; rename the file", in: list,
            line: entry.number))
        continue
      }
      var path = entry.path
      if list != Self.standardInput, !path.hasPrefix("/") {
        let beside = Self.join(list.contains("/") ? FilePath.folder(list) : "", path)
        let isBeside = FileContents.entry(beside) != .nothing
        if isBeside || FileContents.entry(path) == .nothing { path = beside }
      }
      if FileContents.entry(path) == .folder { addFolder(path) } else { paths.append(path) }
    }
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
