/// Names of pictures in the folders that they are written to.
struct UniqueNames {
  /// Names without endings, in small letters behind their folders, that are taken, and for each the
  /// number to try next.
  private var next: [String: Int] = [:]

  /// The last part of a path or, where its stem is taken, that with a number: label files are called
  /// as the pictures are, but for the ending.
  ///
  /// - Returns: The name, and why it is another one than the picture has.
  mutating func name(
    for path: String, in folder: String
  ) -> (name: String, losses: [LabelLoss]) {
    let old = FilePath.name(path)
    let isPlain = old.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\\") }
    let name =
      isPlain
      ? old
      : String(
        String.UnicodeScalarView(
          old.unicodeScalars.map { $0.value < 0x20 || $0 == "\\" ? "_" : $0 }))
    let stem = FilePath.stem(name)
    let ending = name.dropFirst(stem.count)
    // Some file systems do not tell capital letters from small ones.
    let key = "\(folder)/\(stem)".lowercased()
    var losses: [LabelLoss] = isPlain ? [] : [.replacedCharacters]
    guard let first = next[key] else {
      next[key] = 2
      return (name, losses)
    }
    var number = first
    while next["\(key)-\(number)"] != nil { number += 1 }
    next["\(key)-\(number)"] = 2
    next[key] = number + 1
    losses.append(.takenNames)
    return ("\(stem)-\(number)\(ending)", losses)
  }
}
