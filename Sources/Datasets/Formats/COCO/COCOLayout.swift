import Basics

/// The annotation files of a COCO dataset, found by their content, and their splits.
enum COCOLayout {
  /// The file name prefixes of COCO's other tasks, whose annotations have no boxes.
  static let otherTasks = ["captions", "panoptic", "stuff", "image_info"]
  /// The prefix of the key-point task, whose annotations are those of one class.
  static let keyPoints = "person_keypoints"

  /// Larger folders hold one JSON file per image, which is not COCO.
  private static let maximumFiles = 100

  /// The annotation files in a folder and its subfolders, by split; more than one file for a split
  /// if the choice is ambiguous.
  static func files(in root: String) -> [String: [String]] {
    guard FileContents.entry(root) == .folder else { return [:] }
    var found: [(split: String?, rank: Int, path: String)] = []
    for folder in folders(in: root) {
      let paths = ImageFolder.files(directlyIn: folder, endings: "json")
      guard paths.count <= maximumFiles else { continue }
      for path in paths {
        let name = FilePath.name(path)
        guard let rank = rank(ofFile: name), isUsual(name) || JSONKind(of: path) == .coco else {
          continue
        }
        let inner = ImageFolder.components(of: folder, below: root)
        let split =
          split(ofFile: name) ?? inner.compactMap(SplitName.usualName).last ?? split(within: name)
        found.append((split, rank, path))
      }
    }
    // A file without a split is the dataset, or a part of no split.
    let isSplit = found.contains { $0.split != nil }
    let best = Dictionary(grouping: found.filter { !isSplit || $0.split != nil }) {
      $0.split ?? "train"
    }
    .mapValues { files in
      let rank = files.map(\.rank).min()
      return files.filter { $0.rank == rank }.map(\.path)
    }
    return SplitName.canonical(best.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  }

  /// The folders that may hold annotation files: the dataset's own, and two levels of subfolders.
  private static func folders(in root: String) -> [String] {
    let inner = ImageFolder.folders(in: root).paths
    guard inner.count <= maximumFiles else { return [root] }
    // Folders such as train/annotations and annotations/train, but no other datasets inside.
    let innermost = inner.flatMap { folder in
      let isSplit = SplitName.usualName(FilePath.name(folder)) != nil
      guard isSplit || isForLabels(folder) else { return [String]() }
      return ImageFolder.folders(in: folder).paths.filter {
        isSplit ? isForLabels($0) : SplitName.usualName(FilePath.name($0)) != nil
      }
    }
    return [root] + inner + innermost
  }

  /// Whether a folder is meant for annotation files by its name.
  static func isForLabels(_ folder: String) -> Bool {
    ImageFolder.labelNames.contains(FilePath.name(folder).lowercased())
  }

  /// Whether a file is meant to be COCO by its name, whatever it holds.
  static func isUsual(_ name: String) -> Bool {
    name.hasPrefix("instances_") || name.hasSuffix("_annotations.coco.json")
  }

  /// The preference of a file among those of one split, 0 first; nil for files of other tasks.
  private static func rank(ofFile name: String) -> Int? {
    if otherTasks.contains(where: { name.hasPrefix($0 + "_") }) { return nil }
    if name.hasPrefix(keyPoints) { return 2 }
    return name.hasPrefix("instances_") ? 0 : 1
  }

  /// The split at the beginning of a file name: `val` for `instances_val2017.json` and `val.json`;
  /// nil for `captions_val2017.json` and `trainval.json`.
  static func split(ofFile name: String) -> String? {
    let start = String(subject(ofFile: name).prefix { $0.isLetter })
    return start == SplitName.unnamed ? start : SplitName.usualName(start)
  }

  /// The only split that a file name mentions: `train` for `coco_annotations_train.json`.
  static func split(within name: String) -> String? {
    let splits = Set(FilePath.stem(name).split { !$0.isLetter }.compactMap(SplitName.usualName))
    return splits.count == 1 ? splits.first : nil
  }

  /// The file name without `instances_` and extension, which COCO also uses as folder name:
  /// `val2017` for `instances_val2017.json`.
  static func subject(ofFile name: String) -> String {
    let stem = FilePath.stem(name)
    return stem.hasPrefix("instances_") ? String(stem.dropFirst("instances_".count)) : stem
  }
}
