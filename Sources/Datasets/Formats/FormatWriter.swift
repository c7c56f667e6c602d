/// A file to write.
struct WrittenFile {
  /// The path, relative to the dataset's folder.
  let path: String
  /// The content in consecutive pieces, so that large lists need not be joined in memory.
  let pieces: [[UInt8]]
}

extension WrittenFile {
  init(_ path: String, _ text: String) {
    self.init(path: path, pieces: [Array(text.utf8)])
  }
}

/// A writer of a dataset format: one conforming type per file, listed in `DatasetFormat`.
protocol FormatWriter {
  /// The kinds of annotations that the format can represent.
  static var holds: FormatCapabilities { get }

  /// Begins a dataset with the given classes and splits, in this order.
  init(classNames: [String], splits: [String])
  /// Receives all samples before the first one is added, in the same order.
  mutating func prepare(_ splits: [Dataset])
  /// The path of an image of a split, relative to the dataset's folder.
  func imagePath(_ name: String, of sample: Sample, split: String) -> String
  /// The number of ids of the source that are written changed.
  var changedIdCount: Int { get }
  /// Adds a sample; returns its label file, if the format has one file per image.
  ///
  /// Throws `DatasetsError` if the format cannot represent the sample at all.
  mutating func add(
    _ sample: Sample, name: String, split: String
  ) throws(DatasetsError) -> [WrittenFile]
  /// The files that describe the whole dataset.
  func description() -> [WrittenFile]
}

extension FormatWriter {
  mutating func prepare(_ splits: [Dataset]) {}
  var changedIdCount: Int { 0 }

  func imagePath(_ name: String, of sample: Sample, split: String) -> String {
    "\(split)/\(name)"
  }

  /// The class list, from which readers take the order of the classes.
  func classList(_ names: [String]) -> WrittenFile {
    WrittenFile("classes.txt", names.map { $0 + "\n" }.joined())
  }
}
