import Basics
import Imaging

/// Unique output file names: the path of the input below the folder that was given, or a numbered one if
/// that is taken.
///
/// Inputs from different folders may have the same name, and nothing may be overwritten: the
/// second `cat.jpg` becomes `cat-2.jpg`.
package struct OutputNames: Sendable {
  private var names: UniqueNames

  /// - Parameter stemsDiffer: Whether stems must be unique, because `cat.jpg` and `cat.png` would
  ///   share the label file `cat.txt`.
  package init(stemsDiffer: Bool) { names = UniqueNames(stemsDiffer: stemsDiffer) }

  /// The name of an input's outputs, with the file extension of the codec that writes it. To be called
  /// for all inputs in order.
  package mutating func name(of item: InputItem) -> String {
    let folder = item.name.contains("/") ? FilePath.folder(item.name) : ""
    let name = Self.writableName(item.name)
    let stem = FilePath.stem(name)
    let unique = names.name(stem, ending: String(name.dropFirst(stem.count)), in: folder)
    return folder.isEmpty ? unique : "\(folder)/\(unique)"
  }

  /// The input's file name, with `.jpg` in place of the file extension of a codec that only reads, and
  /// appended if it has none of a codec; the name `.jpg` has none.
  private static func writableName(_ path: String) -> String {
    let name = FilePath.name(path)
    guard let codec = Codec(path: name) else { return name + ".jpg" }
    return codec.isWritable ? name : FilePath.stem(name) + ".jpg"
  }
}

/// Paths of outputs below a folder.
enum OutputPath {
  /// A relative path that stays below its folder: without a leading slash, `.` and `..`.
  static func inside(_ path: String) -> String {
    let parts = path.split(separator: "/").filter { $0 != "." && $0 != ".." && !$0.contains("\0") }
    return parts.joined(separator: "/")
  }
}
