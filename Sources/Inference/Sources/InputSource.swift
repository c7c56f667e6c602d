import Basics
import Imaging

/// The images that command-line arguments name, one after the other.
///
/// An argument is an image, a folder, a pattern such as `shots/*.jpg`, a list of paths (`.txt`, `.csv`,
/// `.jsonl`), a tar archive, or `-` for a list on standard input. Order and repetitions are kept; a
/// folder gives its images sorted by path. Folders are listed at once; lists and archives are read as
/// the images are asked for, so that they may be endless.
///
/// What cannot be used is a problem and does not stop the others. A missing file is kept as an image,
/// so that only this image fails when it is read; so is an entry of a list that names no file.
package struct InputSource {
  /// What of the arguments cannot be used; complete after the last image.
  package private(set) var problems: [InferenceError] = []
  /// What folders hold besides images that can be read, one sentence each.
  package private(set) var warnings: [String] = []
  /// Whether a pipe is read, whose images come when they come.
  package private(set) var isLive = false
  /// The number of images if it is known without reading lists and archives.
  package private(set) var knownCount: Int? = 0
  /// Called while a pipe has no bytes; true ends it.
  package var isCancelled: @Sendable () -> Bool = { false } {
    didSet { for stream in streams { stream.isCancelled = isCancelled } }
  }

  private var parts: [Part] = []
  private var streams: [ByteStream] = []
  /// The images of the folder that an entry of a list names.
  private var folder: PackedPaths?
  private var nextPart = 0
  private var nextIndex = 0
  /// Images of the current part.
  private var partCount = 0

  /// The images of one argument, or of several files.
  private enum Part {
    case paths(PackedPaths)
    case list(ListReader)
    case archive(TarReader, path: String)
    case stream(ImageStreamReader, path: String)
  }

  /// Where `-` and `--stream -` read from.
  package typealias StandardInput = () -> ByteStream

  /// Expands arguments.
  ///
  /// - Parameter column: The column of the paths in CSV files and the key in JSON Lines; nil for the
  ///   usual ones.
  package init(
    _ arguments: [String], column: String? = nil,
    standardInput: StandardInput = { .standardInput }
  ) {
    var missing: [InferenceError] = []
    for argument in arguments {
      do throws(InferenceError) {
        try add(argument, column: column, standardInput, &missing)
      } catch {
        problems.append(error)
      }
    }
    // Nothing can be read: each argument is a problem, before any work starts.
    if let knownCount, knownCount == missing.count {
      problems += missing
      parts = []
      self.knownCount = 0
    }
  }

  /// The images of given files.
  init(files: [String]) {
    for path in files { append(path) }
  }

  /// The images of a stream of concatenated image files; a path, or `-` for standard input.
  package init(stream path: String, standardInput: StandardInput = { .standardInput }) {
    do throws(FileError) {
      let stream = path == Self.standardInput ? standardInput() : try ByteStream(path)
      streams.append(stream)
      parts.append(.stream(ImageStreamReader(stream), path: path))
      (knownCount, isLive) = (nil, true)
    } catch {
      problems.append(InferenceError(error.diagnostic))
    }
  }

  /// The argument that means standard input.
  package static let standardInput = "-"

  /// Whether there is nothing to read.
  package var isEmpty: Bool { parts.isEmpty }

  private mutating func add(
    _ argument: String, column: String?, _ standardInput: StandardInput,
    _ missing: inout [InferenceError]
  ) throws(InferenceError) {
    if argument == Self.standardInput {
      let stream = standardInput()
      isLive = true
      return addList(
        ListReader(stream, .standardInput(column: column)), stream)
    }
    switch FileContents.entry(argument) {
    case .nothing:
      if let matches = PathPattern.matches(argument) {
        guard !matches.isEmpty else {
          throw InferenceError("no file matches the pattern \(Sentence.quoted(argument))")
        }
        for match in matches {
          // A match that cannot be named as text would be looked for as a pattern again.
          if match.contains("\u{FFFD}") {
            problems.append(
              InferenceError("the name \(Sentence.quoted(match)) is not UTF-8; rename it"))
          } else {
            try add(match, column: column, standardInput, &missing)
          }
        }
        return
      }
      if !argument.isEmpty, argument.allSatisfy(\.isNumber) {
        throw InferenceError(
          "\(argument): there is no file or folder of this name" + Self.advice(on: argument))
      }
      append(argument)
      missing.append(
        InferenceError(
          "\(argument): there is no file or folder of this name" + Self.advice(on: argument)))
    case .folder: try addFolder(argument)
    case .file:
      if let form = ListReader.Form(path: argument, column: column) {
        let stream = try Self.open(argument)
        addList(ListReader(stream, form), stream)
      } else if TarReader.recognizes(argument) {
        let stream = try Self.open(argument)
        streams.append(stream)
        parts.append(.archive(TarReader(stream), path: argument))
        knownCount = nil
      } else {
        append(argument)
      }
    }
  }

  /// What an argument may mean that names no file, as the end of a sentence.
  private static func advice(on argument: String) -> String {
    if argument.contains("\u{FFFD}") {
      return "; if its name is not UTF-8, rename it, or give its folder"
    }
    if argument.contains("://") {
      return "; addresses are not read: download the file, or pipe images into --stream -"
    }
    guard argument.allSatisfy(\.isNumber) else { return "" }
    return
      "; cameras are not read: pipe their images into --stream -. Several classes are separated by "
      + "commas, as in --classes 0,2"
  }

  private static func open(_ path: String) throws(InferenceError) -> ByteStream {
    do throws(FileError) { return try ByteStream(path) } catch {
      throw InferenceError(error.diagnostic)
    }
  }

  private mutating func addList(_ list: ListReader, _ stream: ByteStream) {
    streams.append(stream)
    parts.append(.list(list))
    knownCount = nil
  }

  /// Adds an image file.
  private mutating func append(_ path: String) {
    var paths = PackedPaths()
    if case .paths(let last)? = parts.last, last.folder == nil {
      paths = last
      parts.removeLast()
    }
    paths.append(path)
    parts.append(.paths(paths))
    if let count = knownCount { knownCount = count + 1 }
  }

  private mutating func addFolder(_ path: String) throws(InferenceError) {
    let listing = try FolderImages(path)
    problems += listing.problems
    warnings += listing.warnings
    if listing.paths.count > 0 { parts.append(.paths(listing.paths)) }
    if let count = knownCount { knownCount = count + listing.paths.count }
  }

  /// The next image; nil at the end.
  package mutating func next() -> InputItem? {
    while nextPart < parts.count {
      do throws(FileError) {
        if var item = try nextOfPart() {
          item.index = nextIndex
          nextIndex += 1
          partCount += 1
          return item
        }
        if partCount == 0, case .list(let list) = parts[nextPart], !isCancelled() {
          problems.append(InferenceError("\(list.name) holds no paths"))
        }
        if partCount == 0, case .archive(_, let path) = parts[nextPart] {
          problems.append(
            InferenceError("the archive \(Sentence.quoted(path)) holds no images"))
        }
        if partCount == 0, case .stream(_, let path) = parts[nextPart], !isCancelled() {
          problems.append(
            InferenceError(
              (path == Self.standardInput
                ? "standard input" : "the stream \(Sentence.quoted(path))")
                + " holds no images"))
        }
      } catch {
        // The images before it were processed; those after it cannot be known.
        problems.append(InferenceError(error.diagnostic))
      }
      (nextPart, partCount) = (nextPart + 1, 0)
    }
    return nil
  }

  private mutating func nextOfPart() throws(FileError) -> InputItem? {
    if let item = folder?.next() { return item }
    folder = nil
    switch parts[nextPart] {
    case .paths(var paths):
      // Taken out, so that the storage is not copied.
      parts[nextPart] = .paths(PackedPaths())
      let item = paths.next()
      parts[nextPart] = .paths(paths)
      return item
    case .list(var list):
      while let entry = try list.next() {
        parts[nextPart] = .list(list)
        guard case .file = entry.content, FileContents.entry(entry.path) == .folder else {
          return entry
        }
        do throws(InferenceError) {
          var listing = try FolderImages(entry.path)
          problems += listing.problems
          warnings += listing.warnings
          let first = listing.paths.next()
          folder = listing.paths
          if let first { return first }
        } catch {
          problems.append(error)
        }
      }
      parts[nextPart] = .list(list)
      return nil
    case .archive(var archive, let path):
      defer { parts[nextPart] = .archive(archive, path: path) }
      while let member = try archive.next() {
        guard FilePath.isImage(member.path), !FilePath.name(member.path).hasPrefix(".") else {
          continue
        }
        return InputItem(
          path: "\(path)/\(member.path)", name: OutputPath.inside(member.path),
          content: .bytes(try archive.content(of: member)))
      }
      return nil
    case .stream(var stream, let path):
      defer { parts[nextPart] = .stream(stream, path: path) }
      return try stream.next()
    }
  }
}

/// Inputs or outputs of a prediction run that cannot be used.
package struct InferenceError: ModuleError {
  package let diagnostic: Diagnostic

  package init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}
