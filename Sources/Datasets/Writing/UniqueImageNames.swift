import Basics
import Imaging

/// Names of images in the folders that they are written to: every format's reader finds them again,
/// and no two are alike.
struct UniqueImageNames {
  private var names = UniqueNames()

  /// The last part of a path, with a number if its stem is taken: label files have the names of their
  /// images, apart from the ending.
  ///
  /// - Returns: The name, and why it differs from the image's own.
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

  /// A stem without characters that some readers cannot handle: control characters, backslashes, a
  /// leading dot, which hides the file, and spaces at its ends, which lists of names lose.
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

  /// The ending that an image's content calls for.
  private static func ending(of path: String) -> String {
    let codec = (try? ImageFile.information(path))?.codec ?? .jpeg
    return "." + codec.fileExtensions[0]
  }
}
