import Basics
import Foundation
import Networks

/// A network of another program in one file of Glimpse: a safetensors file whose tensors are the bytes
/// of the network's files, with its recipe and the names of its classes as metadata.
///
/// The files are kept as they are, so that a later version reads the network as it was published.
package struct NetworkArchive {
  package let path: String
  private let content: Safetensors

  enum Key {
    static let version = "glimpse_version"
    static let format = "format"
    static let recipe = "recipe"
    static let classNames = "class_names"
  }

  /// Opens an archive.
  package init(_ path: String) throws(InteropError) {
    self.path = path
    do throws(NetworksError) {
      content = try Safetensors(path: path)
    } catch {
      throw InteropError(error.diagnostic)
    }
    guard Self.isOne(content) else {
      throw InteropError(
        "it is no network that 'glimpse import' wrote", in: path,
        advice: "weights of Glimpse's own models are run by detect, segment and evaluate")
    }
  }

  /// Whether a safetensors file is an archive.
  private static func isOne(_ file: Safetensors) -> Bool {
    file.metadata[Key.format] == Safetensors.networkFormat
  }

  /// Whether the file at a path is an archive.
  package static func isAt(_ path: String) -> Bool {
    FilePath.ending(path) == "safetensors" && (try? Safetensors(path: path)).map(isOne) == true
  }

  /// The word of its recipe.
  package var recipe: String? { content.metadata[Key.recipe] }

  /// The names of its classes.
  package var classNames: [String]? {
    content.metadata[Key.classNames].flatMap {
      try? JSONDecoder().decode([String].self, from: Data($0.utf8))
    }.map { $0.map(printable) }
  }

  /// The bytes of a file; nil if it is not there.
  func file(_ name: String) -> [UInt8]? { content.bytes(name) }

  /// All files.
  var files: [(name: String, bytes: [UInt8])] {
    content.entries.keys.sorted().compactMap { name in content.bytes(name).map { (name, $0) } }
  }
}
