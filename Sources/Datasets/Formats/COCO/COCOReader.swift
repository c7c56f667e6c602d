import Basics
import Imaging

/// Reads COCO annotation files: a single file, or a folder with one file per split.
///
/// The annotation files of a folder are found by their content (see `COCOLayout`), for instance
/// COCO's own `annotations/instances_train2017.json` beside `train2017/`, Roboflow's
/// `train/_annotations.coco.json` and FiftyOne's `labels.json` beside `data/`. Images are searched
/// for only inside the dataset's folder. Source: "Data format" of cocodataset.org.
package struct COCOReader: FormatReader {
  static let appearance =
    "an annotation file .json, or a folder with annotations/instances_train*.json or "
    + "train/_annotations.coco.json"

  /// The folder that contains all images.
  let root: String
  /// Whether a folder was opened rather than an annotation file.
  private let isFolder: Bool
  /// The annotation files of each split; more than one if the choice is ambiguous.
  private let files: [String: [String]]
  var splits: [String] { SplitName.sorted(files.keys) }

  static func recognizes(_ path: String) -> Bool {
    switch FileContents.entry(path) {
    case .nothing: false
    case .file:
      FilePath.ending(path) == "json" && [.coco, .other].contains(JSONKind(of: path))
    case .folder: !COCOLayout.files(in: path).isEmpty
    }
  }

  static func evidence(in path: String) -> [String] {
    FileContents.entry(path) == .folder
      ? COCOLayout.files(in: path).sorted { $0.key < $1.key }.flatMap(\.value) : [path]
  }

  package init(path: String) throws(DatasetsError) {
    isFolder = FileContents.entry(path) != .file
    if !isFolder {
      let home = FilePath.name(FileContents.absolute(FilePath.folder(path)))
      let name = FilePath.name(path)
      let split =
        COCOLayout.split(ofFile: name) ?? SplitName.usualName(home)
        ?? COCOLayout.split(within: name)
      root = Self.base(of: path)
      files = SplitName.canonical([(split ?? "train", [path])])
    } else {
      root = path
      try ImageFolder.checkSplits(in: path) { _ in false }
      files = COCOLayout.files(in: path)
    }
    if files.isEmpty {
      throw DatasetsError(file: path, "a COCO dataset is \(Self.appearance).")
    }
  }

  /// The folder of an annotation file and its images: its own, or the one above a folder for
  /// annotation files.
  private static func base(of path: String) -> String {
    let home = FilePath.folder(path)
    return COCOLayout.isForLabels(FileContents.absolute(home)) ? FilePath.join(home, "..") : home
  }

  /// The annotation file of a split; throws if there is none or more than one.
  package func annotationFile(of split: String) throws(DatasetsError) -> String {
    let found = files[split] ?? []
    guard let first = found.first else { throw noSplit(split, at: root) }
    guard found.count == 1 else {
      throw DatasetsError(
        file: root,
        "the split \"\(split)\" has several annotation files, "
          + found.joined(separator: " and ")
          + "; name one of them instead of the folder.")
    }
    return first
  }

  var listsAllImages: Bool {
    let read = files.values.flatMap(\.self)
    let subjects = Set(read.map { COCOLayout.subject(ofFile: FilePath.name($0)) })
    // `captions_val2017.json` annotates the same images as `instances_val2017.json`.
    let others = COCOLayout.otherTasks + [COCOLayout.keyPoints]
    let same = Set(others.flatMap { other in subjects.map { "\(other)_\($0)" } })
    return listsBeside(read).allSatisfy { same.contains(FilePath.stem(FilePath.name($0))) }
  }

  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> ParsedDataset {
    let path = try annotationFile(of: split)
    let file = try COCOFile(
      path, segmentations: reading.segmentations, readsFederation: reading.readsFederation,
      toleratesFaults: reading.validates || reading.skipsInvalid,
      countsUnread: reading.keepsSources)
    var parser = COCOParser(file, locator: imageLocator(of: path, split: split))
    return try parser.dataset()
  }

  /// The locator for the images of an annotation file.
  func imageLocator(of path: String, split: String) -> ImageLocator {
    let subject = COCOLayout.subject(ofFile: FilePath.name(path))
    let names =
      [subject, subject.split(separator: "_").last.map(String.init) ?? subject]
      + SplitName.spellings(split)
    var folders = names.filter { ImageLocator.staysInside($0) }
      .flatMap { ["\($0)", "images/\($0)"] }
    folders += ["images", "data", "."]
    let home = FilePath.folder(path)
    // The folder of a split may hold the annotation file and the images.
    var bases = [root]
    let base = FilePath.normalized(Self.base(of: path))
    if isFolder, base != FilePath.normalized(root), FilePath.isInside(base, root) {
      bases.insert(base, at: 0)
    }
    let paths = bases.flatMap { base in
      // A folder of any other name, but not one of another split.
      let others = (isFolder ? ImageFolder.folders(in: base).paths : []).filter {
        [nil, split].contains(SplitName.usualName(FilePath.name($0)))
      }
      return folders.map { FilePath.join(base, $0) } + others.prefix(20)
    }
    // Roboflow's images lie beside the annotation file; for files in `annotations` they do not.
    return ImageLocator(
      root: root, folders: FilePath.name(path).hasPrefix("_") ? [home] + paths : paths + [home])
  }
}

extension ImageLocator {
  /// Finds the images of a COCO annotation file.
  ///
  /// - Parameters:
  ///   - groundTruth: The annotation file.
  ///   - folder: The image folder; if nil, images are searched for near the annotation file.
  package init(groundTruth: String, folder: String?) {
    if let folder {
      self.init(root: folder, folders: [folder])
    } else if let reader = try? COCOReader(path: groundTruth),
      FileContents.entry(groundTruth) == .file
    {
      self = reader.imageLocator(of: groundTruth, split: reader.splits.first ?? "train")
    } else {
      self.init(root: groundTruth, folders: [])
    }
  }
}
