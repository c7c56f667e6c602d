import Basics
import Imaging

/// The locations of images in a YOLO dataset of plain folders.
enum YOLOLayout {
  /// The image folder of each split: `train/images`, `images/train`, or `train` with the label files
  /// beside the images. Without splits, everything is `train`. Empty if no label files are found.
  static func splits(in root: String) -> [String: String] {
    let images = ImageFolder.folders(named: ImageFolder.imageNames, in: root)
    let found = (SplitName.usual + [SplitName.unnamed]).flatMap { split in
      places(of: split, in: root, images: images, isBare: true).map { (name: split, value: $0) }
    }.filter { holdsLabels(of: $0.value, in: root) }
    if !found.isEmpty { return SplitName.canonical(found) }
    // Subfolders of any other name may be datasets of their own.
    let whole =
      images.first { holdsLabels(of: $0, in: root) }
      ?? (holdsLabels(of: root, in: root, isDeep: false) ? root : nil)
    return whole.map { ["train": $0] } ?? [:]
  }

  /// The folders that may be the image folder of a split, in order of preference.
  ///
  /// - Parameter isBare: Whether that includes a folder named like the split, with labels in it.
  private static func places(
    of split: String, in root: String, images: [String], isBare: Bool
  ) -> [String] {
    SplitName.spellings(split).flatMap { name in
      let folder = FilePath.join(root, name)
      return ImageFolder.folders(named: ImageFolder.imageNames, in: folder)
        + images.map { FilePath.join($0, name) } + (isBare ? [folder] : [])
    }
  }

  /// Throws if two folders in one place are the same split, or if one cannot be read.
  static func checkSplits(in root: String) throws(DatasetsError) {
    for folder in [root] + ImageFolder.folders(named: ImageFolder.imageNames, in: root) {
      try ImageFolder.checkSplits(in: folder) { holdsLabels(of: $0, in: root) }
    }
  }

  /// The image folder that a split without an entry in the description has by its name.
  static func folder(of split: String, in root: String) -> String? {
    let images = ImageFolder.folders(named: ImageFolder.imageNames, in: root)
    return places(of: split, in: root, images: images, isBare: false)
      .first { FileContents.entry($0) == .folder }
  }

  /// The class names in the root folder or, as labelImg and Roboflow write them, beside the labels;
  /// nil if there are none.
  static func classNames(
    in root: String, folders: [String]
  ) throws(DatasetsError) -> [String]? {
    if let names = try ClassList.listed(in: root, isNumbered: true) { return names }
    var found: [(folder: String, names: [String])] = []
    for folder in folders {
      var locator = YOLOLabelLocator(bases: [root])
      for place in locator.labelFolders(of: folder) {
        if let names = try ClassList.listed(in: place, isNumbered: true) {
          found.append((place, names))
        }
      }
    }
    guard let first = found.first else { return nil }
    if let other = found.first(where: { $0.names != first.names }) {
      throw DatasetsError(
        file: root,
        "the class lists in \(first.folder) and \(other.folder) differ; put one classes.txt here.")
    }
    return first.names
  }

  /// Whether images in a folder or, if `isDeep`, below it have label files. A few images are enough:
  /// the images of a folder have the same layout.
  private static func holdsLabels(
    of folder: String, in root: String, isDeep: Bool = true
  ) -> Bool {
    guard FileContents.entry(folder) == .folder else { return false }
    var locator = YOLOLabelLocator(bases: [root])
    let images =
      isDeep
      ? ImageFolder.walk(folder).filter(FilePath.isAnyImage).prefix(1000).map(FilePath.normalized)
      : ImageFolder.images(directlyIn: folder)
    let hasLabel = images.prefix(1000).contains { image in
      let label = locator.label(of: image)
      return label.exists && isLabelFile(label.path)
    }
    return hasLabel
      || Set(images.map { FilePath.folder($0) }).contains { locator.hasLabelFolder(of: $0) }
  }

  /// Whether a text file begins with a row of numbers, as label files do, or is empty.
  private static func isLabelFile(_ path: String) -> Bool {
    guard let head = try? FileContents.read(path, prefix: 4096, limit: FileContents.textLimit),
      let line = head.bytes.split(whereSeparator: { $0 == 10 || $0 == 13 }).first
    else { return true }
    let fields = String(decoding: line, as: UTF8.self).split { $0 == " " || $0 == "\t" }
    // Of a long row, the last number may be cut.
    return fields.count >= 5 && fields.prefix(5).allSatisfy { NumberFormat.number($0) != nil }
  }

  /// The label folder beside an image folder; nil for other folders.
  ///
  /// That of the usual name, or else the only other folder that holds label files by its name in any
  /// capitals. Source of the usual names: Ultralytics' `img2label_paths`, and
  /// `replace_image_to_label` of Darknet for VOC.
  ///
  /// - Parameters:
  ///   - name: The name of the image folder.
  ///   - parent: The folder that holds it, empty for the working folder.
  static func labelFolder(beside name: Substring, in parent: String) -> String? {
    let usual: String? =
      switch name {
      case "images", "JPEGImages": "labels"
      case "Images": "Labels"
      case "IMAGES": "LABELS"
      default: nil
      }
    guard usual != nil || (ImageFolder.imageNames + ["jpegimages"]).contains(name.lowercased())
    else {
      return nil
    }
    if let usual,
      FileContents.entry(parent + usual) != .nothing
        || FileContents.brokenLink(on: parent + usual) != nil
    {
      return usual
    }
    let others = ImageFolder.folders(
      named: ImageFolder.labelNames, in: parent.isEmpty ? "." : parent
    ).filter { folder in
      ImageFolder.walk(folder).prefix(100).contains {
        FilePath.ending($0) == "txt" && !isList(FilePath.name($0)) && isLabelFile($0)
      }
    }
    return others.count == 1 ? FilePath.name(others[0]) : usual
  }

  /// Whether a text file in a folder of labels is a list or a note rather than the labels of an
  /// image.
  static func isList(_ name: String) -> Bool {
    let stem = FilePath.stem(name).lowercased()
    return ["classes", "labels", "predefined_classes"].contains(stem)
      || SplitName.usualName(stem) != nil || stem.hasPrefix("readme")
  }
}
