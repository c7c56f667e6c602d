/// A file that is to be written.
struct WrittenFile {
  /// Relative to the dataset's folder.
  let path: String
  /// What it holds, one behind the other: large lists are not joined before they are written.
  let pieces: [[UInt8]]
}

extension WrittenFile {
  init(_ path: String, _ text: String) {
    self.init(path: path, pieces: [Array(text.utf8)])
  }
}

/// A writer of a dataset format: one conforming type per file, listed in `DatasetFormat`.
protocol FormatWriter {
  /// What the format can hold.
  static var holds: FormatCapabilities { get }

  /// Begins a dataset with these classes and splits, in their order.
  init(classNames: [String], splits: [String])
  /// Where an image of a split goes, relative to the dataset's folder.
  func imagePath(_ name: String, of sample: Sample, split: String) -> String
  /// Takes a sample; what its label file holds, if it has one of its own.
  ///
  /// Throws `DatasetsError` for a sample that the format cannot hold at all.
  mutating func add(
    _ sample: Sample, name: String, split: String
  ) throws(DatasetsError) -> [WrittenFile]
  /// The files that describe the whole.
  func description() -> [WrittenFile]
}

extension FormatWriter {
  func imagePath(_ name: String, of sample: Sample, split: String) -> String {
    "\(split)/\(name)"
  }

  /// The list that readers take the order of the classes from.
  func classList(_ names: [String]) -> WrittenFile {
    WrittenFile("classes.txt", names.map { $0 + "\n" }.joined())
  }
}
