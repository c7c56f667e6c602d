import Basics
import Foundation
import Imaging

/// Names of classes as names of folders.
enum FolderName {
  /// A name without separators that never starts with a dot.
  static func safe(_ text: String) -> String {
    let name = String(text.map { $0 == "/" || $0 == "\0" ? "_" : $0 })
    return name.isEmpty || name.hasPrefix(".") ? "_" + name : name
  }
}

/// Unique output file names: the input's file name, or a numbered one if that is taken.
///
/// Inputs from different folders may have the same name, and nothing may be overwritten: the
/// second `cat.jpg` becomes `cat-2.jpg`.
package struct OutputNames: Sendable {
  /// The names in the order of the inputs, each with the file extension of the codec that writes
  /// it.
  let names: [String]
  private let inputs: [String]

  /// - Parameter stemsDiffer: Whether stems must be unique, because `cat.jpg` and `cat.png` would
  ///   share the label file `cat.txt`.
  package init(inputs: [String], stemsDiffer: Bool) {
    self.inputs = inputs
    let wanted = inputs.map { input in
      let name = Self.writableName(input)
      let stem = FilePath.stem(name)
      return (stem: stem, ending: String(name.dropFirst(stem.count)))
    }
    var unique = UniqueNames(stemsDiffer: stemsDiffer)
    for (stem, ending) in wanted { unique.reserve(stem, ending: ending) }
    names = wanted.map { unique.name($0.stem, ending: $0.ending) }
  }

  /// Throws if an output in a folder would overwrite an input.
  func checkInputsRemain(in folder: String) throws(InferenceError) {
    let originals = Set(inputs.map(Self.realPath))
    for name in names where originals.contains(Self.realPath("\(folder)/\(name)")) {
      throw InferenceError(
        "the folder \(Sentence.quoted(folder)) holds the input \(Sentence.quoted(name)), "
          + "which would be overwritten; choose another --output")
    }
  }

  private static func realPath(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
  }

  /// The input's file name, with `.jpg` in place of the file extension of a codec that only reads, and
  /// appended if it has none of a codec; the name `.jpg` has none.
  private static func writableName(_ path: String) -> String {
    let name = FilePath.name(path)
    guard let codec = Codec(path: name) else { return name + ".jpg" }
    return codec.isWritable ? name : FilePath.stem(name) + ".jpg"
  }
}
