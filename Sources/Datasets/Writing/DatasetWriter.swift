import Basics
import Imaging

/// Writes a dataset in any supported format into a new folder.
package struct DatasetWriter: Sendable {
  /// How images are transferred.
  package enum ImageTransfer: String, CaseIterable, Sendable {
    /// Copies the file byte for byte.
    case copy
    /// Makes a hard link; copies the file where the file system does not allow one.
    case hardlink
    /// Makes a symbolic link to the image's absolute path.
    case symlink
    /// Writes labels only.
    case none
  }

  /// The output format.
  package let format: DatasetFormat
  /// How images are transferred.
  package let images: ImageTransfer
  /// Whether objects made from mask files have polygons.
  private let keepsSegmentations: Bool

  package init(
    format: DatasetFormat, images: ImageTransfer = .copy, keepsSegmentations: Bool = true
  ) {
    self.format = format
    self.images = images
    self.keepsSegmentations = keepsSegmentations
  }

  /// Writes the splits of a dataset.
  ///
  /// Everything is written to a temporary folder, which is renamed when it is complete: the target
  /// folder never holds a partial dataset.
  ///
  /// - Parameters:
  ///   - splits: Splits with the same class names; each is written as a split of the same name.
  ///   - folder: The target folder; it must not exist, or must be empty.
  ///   - observe: Called after each image.
  /// - Throws: `DatasetsError` if the folder is not empty, if a file cannot be read or written, or
  ///   if the format cannot represent a sample, or none of all labels.
  package func write(
    _ splits: [Dataset], to folder: String, observe: () throws -> Void = {}
  ) throws -> Outcome {
    try write(CollectionOfOne((folder: "", splits: splits)), to: folder, observe: observe)[0]
  }

  /// Writes several datasets into subfolders of one new folder; all of them appear at once.
  ///
  /// - Parameters:
  ///   - parts: The subfolder and the splits of each dataset; the sequence is consumed one part at
  ///     a time.
  ///   - folder: As above, as are `observe` and the errors.
  /// - Returns: The result of each part.
  package func write(
    _ parts: some Sequence<(folder: String, splits: [Dataset])>, to folder: String,
    observe: () throws -> Void = {}
  ) throws -> [Outcome] {
    let target = try DatasetsError.wrap(NewFolder(folder))
    defer { target.discard() }
    let outcomes = try parts.map { part in
      try refusePlace(folder, among: part.splits)
      return try fill(target, below: part.folder, with: part.splits, observe: observe)
    }
    try DatasetsError.wrap(target.commit())
    return outcomes
  }

  private func fill(
    _ target: NewFolder, below folder: String, with splits: [Dataset], observe: () throws -> Void
  ) throws -> Outcome {
    precondition(!splits.isEmpty, "a dataset has at least one split")
    let classNames = splits[0].classNames
    precondition(
      splits.allSatisfy { $0.classNames == classNames }, "the splits have different class names")
    try refuseNames(classNames: classNames, splits: splits.map(\.split), data: splits[0].path)
    var writer = format.writer.init(classNames: classNames, splits: splits.map(\.split))
    var outcome = Outcome()
    var names = UniqueImageNames()
    let adapter = SampleAdapter(
      splits, holds: format.writer.holds, keepsSegmentations: keepsSegmentations)
    writer.prepare(splits)
    func write(_ files: [WrittenFile]) throws(DatasetsError) {
      for file in files {
        try DatasetsError.wrap(target.write(file.pieces, to: FilePath.join(folder, file.path)))
      }
    }
    for split in splits {
      outcome.begin(split.split)
      outcome.leave(split.unread)
      for original in split.samples {
        let sample = try adapter.adapted(original, &outcome)
        let place = FilePath.folder(writer.imagePath("x", of: sample, split: split.split))
        let (name, losses) = names.name(for: sample.imagePath, in: place)
        losses.forEach { outcome.lose($0) }
        try write(writer.add(sample, name: name, split: split.split))
        let path = writer.imagePath(name, of: sample, split: split.split)
        try DatasetsError.wrap(
          target.transfer(
            FileContents.absolute(sample.imagePath), to: FilePath.join(folder, path), images))
        outcome.count(sample, holds: format.writer.holds)
        try observe()
      }
    }
    outcome.lose(.changedIds, count: writer.changedIdCount)
    try refuseNothing(outcome, of: splits)
    try write(writer.description())
    return outcome
  }

  /// Rejects a conversion in which no label is left.
  private func refuseNothing(_ outcome: Outcome, of splits: [Dataset]) throws(DatasetsError) {
    let samples = splits.lazy.flatMap(\.samples)
    guard format.writer.holds.contains(.boxes), outcome.objects == 0,
      samples.contains(where: {
        !$0.annotations.isEmpty || $0.imageClass != nil || $0.maskPath != nil
      })
    else { return }
    let losses = DroppedAnnotations.allCases.compactMap { loss in
      outcome.losses[loss].map { "\($0) \(loss.rawValue)" }
    }
    throw DatasetsError(
      file: splits[0].path,
      "nothing of its labels can be written as \(format.rawValue)"
        + (losses.isEmpty ? "." : " (\(losses.joined(separator: "; ")))."))
  }

  /// Rejects, before any work, a dataset that does not exist, and a target that cannot be a new
  /// folder or that lies inside the dataset.
  package static func check(folder: String, data: String) throws(DatasetsError) {
    if FileContents.entry(data) == .nothing { throw .missing(data) }
    try DatasetsError.wrap(NewFolder.check(folder))
    if lies(folder, inside: data) { throw inside(folder) }
  }

  /// Whether an output file lies in the dataset and has the extension of an image, label file, list
  /// or description: it would change the dataset.
  package static func changes(_ data: String, byWriting file: String) -> Bool {
    let file = FileContents.resolved(file)
    let endings = ["txt", "xml", "json", "yaml", "yml", "data", "names", "labels"]
    guard endings.contains(FilePath.ending(file)) || FilePath.isAnyImage(file) else { return false }
    // The description of a YOLO dataset may name another folder.
    let root = try? DatasetFormat.sniff(data).reader.init(path: data).root
    return lies(file, inside: data) || root.map { lies(file, inside: $0) } ?? false
  }

  /// Whether a path lies in a dataset, given by its folder or a file in that.
  private static func lies(_ path: String, inside data: String) -> Bool {
    let root = FileContents.resolved(data)
    let home = FileContents.entry(root) == .folder ? root : FilePath.folder(root)
    return FilePath.isInside(FileContents.resolved(path), home)
  }

  private static func inside(_ folder: String) -> DatasetsError {
    DatasetsError(
      path: folder, "the folder lies in the dataset, which is never changed; choose another one.")
  }

  /// Rejects a target inside a folder that holds images of the dataset, which may lie outside of
  /// the dataset's root.
  private func refusePlace(_ folder: String, among splits: [Dataset]) throws(DatasetsError) {
    let place = FileContents.resolved(folder)
    let homes = Set(splits.lazy.flatMap(\.samples).map { FilePath.folder($0.imagePath) })
    if homes.contains(where: { FilePath.isInside(place, FileContents.resolved($0)) }) {
      throw Self.inside(folder)
    }
  }

  /// Rejects class and split names that the format's reader could not read back.
  private func refuseNames(
    classNames: [String], splits: [String], data: String
  ) throws(DatasetsError) {
    for name in classNames where format != .coco {
      let isPlain =
        !name.isEmpty && name.unicodeScalars.allSatisfy { $0.value >= 0x20 }
        && !name.hasPrefix(" ") && !name.hasSuffix(" ") && !ClassList.fillers.contains(name)
      guard isPlain else {
        throw DatasetsError(
          file: data,
          "the class name \(JSONValue.string(name).line) cannot be written as \(format.rawValue): "
            + "letters without spaces around them are expected.")
      }
    }
    for split in splits where format != .voc && !SplitName.usual.contains(split) {
      throw DatasetsError(
        file: data,
        "only voc supports any split name; \(format.rawValue) supports train, val and test, "
          + "not \"\(split)\".")
    }
  }
}
