import Foundation
import Imaging

/// Writes data sets in any of the formats into a new folder.
public struct DatasetWriter: Sendable {
  /// What becomes of the pictures.
  public enum Pictures: String, CaseIterable, Sendable {
    /// Each is copied byte for byte.
    case copy
    /// Each is a second name of the same file; copied where the file system has no room for that.
    case hardlink
    /// Each is a link to the picture's absolute path.
    case symlink
    /// Only labels are written.
    case none
  }

  /// What writing came to.
  public struct Outcome: Hashable, Sendable {
    /// Pictures that were written, or would have been.
    public var pictures = 0
    /// Objects in the label files.
    public var objects = 0
    /// How often the format had no room for something.
    public var losses: [LabelLoss: Int] = [:]
  }

  /// The format that is written.
  public let format: DatasetFormat
  /// What becomes of the pictures.
  public let pictures: Pictures

  /// Makes a writer.
  public init(format: DatasetFormat, pictures: Pictures = .copy) {
    self.format = format
    self.pictures = pictures
  }

  /// Writes the splits of a data set.
  ///
  /// All is written aside and gets its name when it is complete, so that a folder of this name
  /// never holds a part.
  ///
  /// - Parameters:
  ///   - splits: They share their class names. Each becomes a split of the same name.
  ///   - folder: It must not be there yet, or be empty.
  ///   - observe: Called after each picture.
  /// - Throws: `DatasetsError` where the folder is not empty, where something cannot be read or
  ///   written, and for a sample that the format cannot hold.
  public func write(
    _ splits: [Dataset], to folder: String, observe: () throws -> Void = {}
  ) throws -> Outcome {
    precondition(!splits.isEmpty, "a data set has at least one split")
    let classNames = splits[0].classNames
    precondition(
      splits.allSatisfy { $0.classNames == classNames }, "the splits have classes of their own")
    try refuseNames(classNames: classNames, splits: splits.map(\.split), data: splits[0].path)
    let target = try NewFolder(folder)
    defer { target.discard() }
    var writer = format.writer.init(classNames: classNames, splits: splits.map(\.split))
    var outcome = Outcome()
    var names = UniqueNames(sharesFolder: format.writer.sharesFolder)
    for split in splits {
      for sample in split.samples {
        let name = names.name(for: sample.imagePath, split: split.split)
        if name != FilePath.name(sample.imagePath) {
          outcome.losses[.pictureNames, default: 0] += 1
        }
        for file in try writer.add(sample, name: name, split: split.split) {
          try target.write(file)
        }
        try target.place(
          sample.imagePath, at: writer.picturePath(name, of: sample, split: split.split), pictures)
        count(sample, in: &outcome)
        try observe()
      }
    }
    for file in writer.description() { try target.write(file) }
    try target.commit()
    return outcome
  }

  /// Refuses a place that cannot be a new folder, or that lies in the data set, before any work.
  public static func check(folder: String, data: String) throws(DatasetsError) {
    try NewFolder.check(folder)
    let home = FileManager.default.currentDirectoryPath
    let root = FilePath.join(home, data)
    if FileContents.entry(root) == .folder, FilePath.isInside(FilePath.join(home, folder), root) {
      throw DatasetsError(
        file: folder, "the folder lies in the data set, which is never changed; choose another one."
      )
    }
  }

  /// Refuses names that could not be read again.
  private func refuseNames(
    classNames: [String], splits: [String], data: String
  ) throws(DatasetsError) {
    let fillers = ["__ignore__", "_background_"]
    for name in classNames where format != .coco {
      let isPlain =
        !name.isEmpty && name.unicodeScalars.allSatisfy { $0.value >= 0x20 }
        && !name.hasPrefix(" ") && !name.hasSuffix(" ") && !fillers.contains(name)
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
        "only voc has splits of any name; \(format.rawValue) has train, val and test, and not "
          + "\"\(split)\".")
    }
  }

  private func count(_ sample: Sample, in outcome: inout Outcome) {
    let holds = format.writer.holds
    outcome.pictures += 1
    if sample.imageClass != nil, !holds.contains(.imageClasses) {
      outcome.losses[.imageClasses, default: 0] += 1
    }
    if sample.maskPath != nil, !holds.contains(.imageMasks) {
      outcome.losses[.imageMasks, default: 0] += 1
    }
    for annotation in sample.annotations {
      let losses = holds.losses(of: annotation)
      for loss in losses { outcome.losses[loss, default: 0] += 1 }
      if !losses.contains(.crowds), !losses.contains(.objects) { outcome.objects += 1 }
    }
  }
}

/// Names of pictures in the folder that they are written to.
struct UniqueNames {
  private let sharesFolder: Bool
  private var taken: Set<String> = []

  /// - Parameter sharesFolder: Whether all splits write to one folder.
  init(sharesFolder: Bool) {
    self.sharesFolder = sharesFolder
  }

  /// The last part of a path or, where its stem is taken, that with a number: label files are called
  /// as the pictures are, but for the ending.
  mutating func name(for path: String, split: String) -> String {
    let scope = sharesFolder ? "" : split + "/"
    let name = String(
      String.UnicodeScalarView(
        FilePath.name(path).unicodeScalars.map { $0.value < 0x20 || $0 == "\\" ? "_" : $0 }))
    let stem = FilePath.stem(name)
    let ending = name.dropFirst(stem.count)
    var unique = stem
    var number = 2
    // Some file systems do not tell capital letters from small ones.
    while !taken.insert(scope + unique.lowercased()).inserted {
      unique = "\(stem)-\(number)"
      number += 1
    }
    return unique + ending
  }
}
