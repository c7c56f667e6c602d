import Basics
import Imaging

/// Names for written image files: unique in each folder, and readable by every format's reader.
struct UniqueImageNames {
  private var names = UniqueNames()

  /// The file name of a path, with a number appended if its stem is taken: an image and its label
  /// file share the stem.
  ///
  /// - Returns: The new name, and the reasons for any change.
  mutating func name(
    for path: String, in folder: String
  ) -> (name: String, losses: [DroppedAnnotations]) {
    let old = FilePath.name(path)
    let hasEnding = FilePath.isImage(old)
    let oldStem = hasEnding ? FilePath.stem(old) : old
    let ending = hasEnding ? String(old.dropFirst(oldStem.count)) : Self.ending(of: path)
    let stem = UniqueNames.shortened(Self.plain(oldStem))
    let name = names.name(stem, ending: ending, in: folder)
    var losses: [DroppedAnnotations] = []
    if stem != oldStem { losses.append(.replacedCharacters) }
    if !hasEnding { losses.append(.addedEndings) }
    if name != stem + ending { losses.append(.takenNames) }
    return (name, losses)
  }

  /// Replaces characters that some readers cannot handle by `_`: control characters, backslashes, a
  /// leading dot (hidden file), and leading or trailing spaces (lost in lists of names).
  private static func plain(_ stem: String) -> String {
    var scalars = Array(stem.unicodeScalars)
    for place in scalars.indices where scalars[place].value < 0x20 || scalars[place] == "\\" {
      scalars[place] = "_"
    }
    if scalars.first == "." { scalars[0] = "_" }
    for place in scalars.indices.prefix(while: { scalars[$0] == " " }) { scalars[place] = "_" }
    for place in scalars.indices.reversed().prefix(while: { scalars[$0] == " " }) {
      scalars[place] = "_"
    }
    return String(String.UnicodeScalarView(scalars))
  }

  /// The file extension for an image's content, with the dot.
  private static func ending(of path: String) -> String {
    let codec = (try? ImageFile.information(path))?.codec ?? .jpeg
    return "." + codec.fileExtensions[0]
  }
}
