import Basics
import Imaging

/// The class list of a dataset of masks: a name per line, or a name and a color.
///
/// Colors are `name 220 20 60`, `name,220,20,60`, `#dc143c name`, or `name:220,20,60::` as in CVAT's
/// `labelmap.txt`. Names of the background and of ignored pixels are no classes; without them, black is
/// the background. Without colors, a first line that names the background is number 0.
struct MaskClassList {
  /// The classes, without background and ignored pixels.
  private(set) var names: [String] = []
  /// The colors; nil if the list has none.
  private(set) var colors: MaskColors?

  /// The names of list files, in order of preference.
  static let files = [
    "classes.txt", "labels.txt", "class_names.txt", "labelmap.txt", "class_dict.csv",
  ]
  private static let backgrounds: Set<String> = ["background", "_background_", "bg"]
  private static let ignored: Set<String> = ["ignore", "ignored", "__ignore__", "void"]

  /// The list of a folder; nil if it has none.
  ///
  /// - Throws: `DatasetsError` for a list without classes, a repeated name or color, and lines of which
  ///   only some have a color.
  static func listed(in root: String) throws(DatasetsError) -> MaskClassList? {
    let paths = files.map { FilePath.join(root, $0) }
    guard let path = paths.first(where: { FileContents.entry($0) == .file }) else {
      return try ClassList.listed(in: root).map { MaskClassList(names: $0) }
    }
    return try DatasetsError.wrap(FileContents.text(path)).map { text throws(DatasetsError) in
      try MaskClassList(text, path: path)
    }
  }

  private init(names: [String]) { self.names = names }

  init(_ text: String, path: String) throws(DatasetsError) {
    var entries: [(name: String, color: UInt32?, line: Int)] = []
    for (place, line) in FileContents.lines(text).enumerated() {
      let line = ClassList.name(line)
      // Comments, and the header of class_dict.csv.
      if line.isEmpty || line.hasPrefix("# ") || line.lowercased().hasPrefix("name,r,g,b") {
        continue
      }
      let color = Self.color(line)
      entries.append((color?.name ?? line, color?.key, place + 1))
    }
    let colored = entries.filter { $0.color != nil }
    if colored.isEmpty {
      try list(entries, path: path)
    } else {
      if let plain = entries.first(where: { $0.color == nil }) {
        throw DatasetsError(
          file: path, line: plain.line,
          "other lines have a color, such as \"name 220 20 60\" or \"#dc143c name\", but this one has "
            + "none: \"\(plain.name.prefix(40))\".")
      }
      try listColors(entries, path: path)
    }
    guard !names.isEmpty, names.count <= 254 else {
      throw DatasetsError(
        file: path, "1 to 254 class names are expected here, but there are \(names.count).")
    }
  }

  private mutating func list(
    _ entries: [(name: String, color: UInt32?, line: Int)], path: String
  ) throws(DatasetsError) {
    for (place, entry) in entries.enumerated() {
      let name = entry.name.lowercased()
      if place == 0, Self.backgrounds.contains(name) || ClassList.fillers.contains(name) {
        continue
      }
      if ClassList.fillers.contains(name) { continue }
      try add(entry.name, path: path, line: entry.line)
    }
  }

  private mutating func listColors(
    _ entries: [(name: String, color: UInt32?, line: Int)], path: String
  ) throws(DatasetsError) {
    var numbers: [UInt32: UInt8] = [:]
    for (name, color, line) in entries {
      guard let color else { continue }
      if numbers[color] != nil {
        throw DatasetsError(
          file: path, line: line,
          "the color \(MaskColors.text(color)) of \"\(name)\" is that of an earlier line.")
      }
      if Self.backgrounds.contains(name.lowercased()) {
        numbers[color] = ClassMaskFile.background
      } else if Self.ignored.contains(name.lowercased()) {
        numbers[color] = ClassMaskFile.ignored
      } else {
        try add(name, path: path, line: line)
        // At most 254 classes are accepted.
        numbers[color] = UInt8(truncatingIfNeeded: names.count)
      }
    }
    colors = MaskColors(numbers)
  }

  private mutating func add(_ name: String, path: String, line: Int) throws(DatasetsError) {
    guard !names.contains(name) else {
      throw DatasetsError(
        file: path, line: line, "class names are expected, each once: \"\(name)\" is repeated.")
    }
    names.append(name)
  }

  /// The name and the color of a line; nil if it has no color.
  static func color(_ line: String) -> (name: String, key: UInt32)? {
    let words = line.split(whereSeparator: \.isWhitespace)
    for word in [words.first, words.last].compactMap(\.self) where word.hasPrefix("#") {
      let digits = word.dropFirst()
      guard digits.count == 6, let key = UInt32(digits, radix: 16) else { continue }
      let rest = word.startIndex == line.startIndex ? words.dropFirst() : words.dropLast()
      return rest.isEmpty ? nil : (rest.joined(separator: " "), key)
    }
    // name:r,g,b:parts:actions
    let fields = line.split(separator: ":", omittingEmptySubsequences: false)
    if fields.count > 1, let key = key(fields[1].split(separator: ",").map { ClassList.name($0) }) {
      let name = ClassList.name(fields[0])
      return name.isEmpty ? nil : (name, key)
    }
    for separator in [",", "\t", " "] as [Character] {
      let fields = line.split(separator: separator).map { ClassList.name($0) }
      if fields.count > 3, let key = key(Array(fields.suffix(3))) {
        return (fields.dropLast(3).joined(separator: String(separator)), key)
      }
    }
    return nil
  }

  /// The color of three numbers from 0 to 255.
  private static func key(_ fields: [String]) -> UInt32? {
    let samples = fields.compactMap { UInt8($0) }
    guard fields.count == 3, samples.count == 3 else { return nil }
    return MaskColors.key(samples[0], samples[1], samples[2])
  }
}
