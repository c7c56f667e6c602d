import Basics
import Imaging

/// Names of images in the folders that they are written to: such as every format's reader finds
/// again, and no two alike.
struct UniqueNames {
  /// Names without endings, in small letters behind their folders, that are taken, and for each the
  /// number to try next.
  private var next: [String: Int] = [:]

  /// The bytes that a file system leaves for a stem beside the longest ending of labels, ".json".
  private static let longestStem = 255 - 5

  /// The last part of a path or, where its stem is taken, that with a number: label files are called
  /// as the images are, but for the ending.
  ///
  /// - Returns: The name, and why it is another one than the image has.
  mutating func name(
    for path: String, in folder: String
  ) -> (name: String, losses: [DroppedAnnotations]) {
    let old = FilePath.name(path)
    let hasEnding = FilePath.isImage(old)
    let oldStem = hasEnding ? FilePath.stem(old) : old
    let ending = hasEnding ? String(old.dropFirst(oldStem.count)) : Self.ending(of: path)
    let stem = Self.cut(Self.plain(oldStem), to: Self.longestStem)
    var losses: [DroppedAnnotations] = []
    if stem != oldStem { losses.append(.replacedCharacters) }
    if !hasEnding { losses.append(.addedEndings) }
    // Some file systems are not case-sensitive.
    let key = "\(folder)/\(stem)".lowercased()
    guard let first = next[key] else {
      next[key] = 2
      return (stem + ending, losses)
    }
    var number = first
    var numbered = ""
    repeat {
      let suffix = "-\(number)"
      numbered = Self.cut(stem, to: Self.longestStem - suffix.utf8.count) + suffix
      number += 1
    } while next["\(folder)/\(numbered)".lowercased()] != nil
    next["\(folder)/\(numbered)".lowercased()] = 2
    next[key] = number
    losses.append(.takenNames)
    return (numbered + ending, losses)
  }

  /// A stem without what some reader stumbles over: control characters, backslashes, a dot that hides
  /// the file, and spaces at its ends, which lists of names lose.
  private static func plain(_ stem: String) -> String {
    var scalars = Array(stem.unicodeScalars)
    for place in scalars.indices where scalars[place].value < 0x20 || scalars[place] == "\\" {
      scalars[place] = "_"
    }
    if scalars.first == "." { scalars[0] = "_" }
    for place in scalars.indices {
      guard scalars[place] == " " else { break }
      scalars[place] = "_"
    }
    for place in scalars.indices.reversed() {
      guard scalars[place] == " " else { break }
      scalars[place] = "_"
    }
    return String(String.UnicodeScalarView(scalars))
  }

  /// As many whole characters as fit into a number of bytes.
  private static func cut(_ stem: String, to bytes: Int) -> String {
    var stem = stem
    while stem.utf8.count > bytes { stem.removeLast() }
    return stem
  }

  /// The ending that an image's content calls for.
  private static func ending(of path: String) -> String {
    let codec = (try? ImageFile.information(path))?.codec ?? .jpeg
    return "." + codec.fileExtensions[0]
  }
}
