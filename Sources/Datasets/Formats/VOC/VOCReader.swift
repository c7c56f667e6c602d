import Basics
import Imaging

/// Reads Pascal VOC folders: `JPEGImages/`, `Annotations/` and `ImageSets/Main/`.
///
/// Other spellings of the first two, such as `images`, are accepted. Without split lists, all
/// annotated images are `train`. Source: the VOC 2012 development kit, section 3.
struct VOCReader: FormatReader {
  static let appearance = "a folder with Annotations/*.xml and JPEGImages/"

  let root: String
  private let annotationFolder: String
  private let imageFolder: String
  /// The list file of each split; empty for a dataset without split lists.
  private var lists: [String: String] = [:]
  var splits: [String] { lists.isEmpty ? ["train"] : SplitName.sorted(lists.keys) }

  static func recognizes(_ path: String) -> Bool {
    guard let folder = folder(in: path, named: ["annotations"]),
      let names = try? FileContents.names(in: folder)
    else { return false }
    return names.contains { FilePath.ending($0) == "xml" }
  }

  init(path: String) throws(DatasetsError) {
    root = path
    guard let annotations = Self.folder(in: path, named: ["annotations"]) else {
      throw DatasetsError(
        file: path, "a Pascal VOC dataset has a folder Annotations here, but there is none.")
    }
    guard let images = Self.folder(in: path, named: ["jpegimages", "images"]) else {
      throw DatasetsError(
        file: path, "a Pascal VOC dataset has a folder JPEGImages here, but there is none.")
    }
    annotationFolder = annotations
    imageFolder = images
    let main = FilePath.join(path, "ImageSets/Main")
    if FileContents.entry(main) == .folder {
      for name in try DatasetsError.wrap(FileContents.names(in: main))
      where FilePath.ending(name) == "txt" && !Self.isClassList(name) {
        lists[SplitName.canonical(FilePath.stem(name))] = FilePath.join(main, name)
      }
    }
  }

  /// `dog_train.txt` lists which images of `train` contain dogs; it is not a split.
  private static func isClassList(_ name: String) -> Bool {
    ["_train.txt", "_val.txt", "_trainval.txt", "_test.txt"].contains { name.hasSuffix($0) }
  }

  /// A subfolder with one of the given lowercase names, ignoring case.
  private static func folder(in path: String, named names: [String]) -> String? {
    let entries = (try? FileContents.names(in: path)) ?? []
    return ImageFolder.folder(
      names.flatMap { name in entries.filter { $0.lowercased() == name } }, in: path)
  }

  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> ParsedDataset {
    // The stems of all annotation files.
    let all = try DatasetsError.wrap(FileContents.names(in: annotationFolder))
      .filter { FilePath.ending($0) == "xml" }.map { FilePath.stem($0) }
    let known = Set(all)
    var issues: [DatasetIssue] = []
    var wanted = all
    if let list = lists[split] { wanted = try identifiers(in: list, known: known) }
    // Without requested classes, all files are read, so that every split has the same class list.
    let read = classNames == nil ? all : wanted.filter { known.contains($0) }
    let files = labels(at: read.map(labelPath), on: reading.runner) {
      (bytes, path) throws(DatasetsError) in try VOCAnnotation.read(bytes, file: path)
    }
    let listed = Set(wanted)
    var annotations: [String: LabelFile] = [:]
    for (identifier, file) in zip(read, files) where file.state != .absent {
      annotations[identifier] = file
      if listed.contains(identifier) { issues += file.issues }
    }
    let classes = try ClassList.complete(
      in: root, with: annotations.values.flatMap { $0.classes.names })
    let images = Dictionary(
      grouping: try DatasetsError.wrap(FileContents.names(in: imageFolder)).filter {
        FilePath.isImage($0)
      },
      by: { FilePath.stem($0) })

    var parsed: [ParsedImage] = []
    for identifier in wanted {
      guard let annotation = annotations[identifier] else {
        issues.report(
          .missingLabels, labelPath(identifier),
          "the annotation of the listed image \"\(identifier)\" does not exist; the image is "
            + "ignored.")
        continue
      }
      parsed.append(
        ParsedImage(
          imagePath: FilePath.join(
            imageFolder, Self.imageName(identifier, annotation, candidates: images[identifier])),
          labelPath: labelPath(identifier), statedSize: annotation.statedSize,
          objects: annotation.objects(in: classes), labels: annotation.state))
    }
    if reading.validates, split == splits.first {
      // Images without an annotation are reported only if they are in no list: no split has them.
      var found = known
      for list in lists.values { found.formUnion(try identifiers(in: list, known: known)) }
      let unlabeled = images.filter { !found.contains($0.key) }.flatMap(\.value)
      for name in unlabeled.sorted(by: FileContents.isBefore) {
        issues.report(
          .unlabeledImage, FilePath.join(imageFolder, name),
          "the image has no annotation in \(annotationFolder) and is in no list; it is ignored.")
      }
    }
    return ParsedDataset(
      classNames: classes.names, images: parsed, boxLayout: .corners, issues: issues)
  }

  /// The image of an annotation: the file with the same stem; if there are several or none, the one
  /// that the annotation names.
  private static func imageName(
    _ identifier: String, _ annotation: LabelFile, candidates: [String]?
  ) -> String {
    let named = annotation.imageName.flatMap { FilePath.isImage($0) ? $0 : nil }
    guard let candidates, let first = candidates.first else { return named ?? identifier + ".jpg" }
    return candidates.first { $0 == named } ?? first
  }

  private func labelPath(_ identifier: String) -> String {
    FilePath.join(annotationFolder, identifier + ".xml")
  }

  /// The image names in a list file, one per line. A second column (1, -1 or 0, as in the lists of
  /// single classes) is ignored.
  private func identifiers(
    in list: String, known: Set<String>
  ) throws(DatasetsError) -> [String] {
    try ImageFolder.listed(list).map { listed in
      if known.contains(listed) { return listed }
      let parts = listed.split { $0 == " " || $0 == "\t" }
      let isMarked = parts.count == 2 && ["1", "-1", "0"].contains(parts[1])
      let name = isMarked ? String(parts[0]) : listed
      return !known.contains(name) && FilePath.isImage(name) ? FilePath.stem(name) : name
    }
  }
}
