import Basics
import Imaging

/// Reads Pascal VOC folders: `JPEGImages/`, `Annotations/` and `ImageSets/Main/`.
///
/// `images` and other spellings of the first two are understood too. Without lists of splits, all
/// annotated images are `train`. Source: the VOC 2012 development kit, section 3.
struct VOCReader: FormatReader {
  static let appearance = "a folder with Annotations/*.xml and JPEGImages/"

  let root: String
  private let annotationFolder: String
  private let imageFolder: String
  /// The files that list a split's images; empty for a dataset without such lists.
  private let lists: [String: String]
  let splits: [String]

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
        file: path, "a Pascal VOC dataset has a folder Annotations here, and there is none.")
    }
    guard let images = Self.folder(in: path, named: ["jpegimages", "images"]) else {
      throw DatasetsError(
        file: path, "a Pascal VOC dataset has a folder JPEGImages here, and there is none.")
    }
    annotationFolder = annotations
    imageFolder = images
    var lists: [String: String] = [:]
    let main = FilePath.join(path, "ImageSets/Main")
    if FileContents.entry(main) == .folder {
      for name in try DatasetsError.wrap(FileContents.names(in: main))
      where FilePath.ending(name) == "txt" && !Self.isClassList(name) {
        lists[SplitName.canonical(FilePath.stem(name))] = FilePath.join(main, name)
      }
    }
    self.lists = lists
    splits = lists.isEmpty ? ["train"] : SplitName.sorted(Set(lists.keys))
  }

  /// `dog_train.txt` lists which images of `train` have dogs: no split of its own.
  private static func isClassList(_ name: String) -> Bool {
    ["_train.txt", "_val.txt", "_trainval.txt", "_test.txt"].contains { name.hasSuffix($0) }
  }

  /// A folder of one of some names, given in lower case, in any case on disk.
  private static func folder(in path: String, named names: [String]) -> String? {
    guard FileContents.entry(path) == .folder, let entries = try? FileContents.names(in: path)
    else { return nil }
    for name in names {
      for entry in entries where entry.lowercased() == name {
        let folder = FilePath.join(path, entry)
        if FileContents.entry(folder) == .folder { return folder }
      }
    }
    return nil
  }

  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> ParsedDataset {
    let all = try annotationIdentifiers()
    var issues: [DatasetIssue] = []
    var wanted = all
    if let list = lists[split] { wanted = try identifiers(in: list, known: Set(all)) }
    // Without given classes all files are read, so that every split has the same classes.
    let known = Set(all)
    let read = classNames == nil ? all : wanted.filter { known.contains($0) }
    let files = labels(at: read.map(labelPath), on: reading.runner) {
      (bytes, path) throws(DatasetsError) in try VOCAnnotation(bytes, file: path)
    }
    let listed = Set(wanted)
    var annotations: [String: VOCAnnotation] = [:]
    var broken: Set<String> = []
    for (identifier, file) in zip(read, files) {
      switch file {
      case .success(nil): break
      case .success(let annotation?):
        annotations[identifier] = annotation
        if listed.contains(identifier) { issues += annotation.issues }
      case .failure(let error):
        broken.insert(identifier)
        if listed.contains(identifier) {
          issues.append(
            DatasetIssue(kind: .malformedLabels, error, file: labelPath(identifier)))
        }
      }
    }
    let names = ClassList.complete(
      try ClassList.listed(in: root),
      with: Set(annotations.values.flatMap { $0.objects.map(\.className) }))
    let indexOf = Dictionary(
      uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })
    let images = Dictionary(
      grouping: try DatasetsError.wrap(FileContents.names(in: imageFolder)).filter {
        FilePath.isImage($0)
      },
      by: { FilePath.stem($0) })

    var parsed: [ParsedImage] = []
    for identifier in wanted {
      if broken.contains(identifier) {
        parsed.append(
          ParsedImage(
            imagePath: FilePath.join(
              imageFolder, images[identifier]?.first ?? identifier + ".jpg"),
            labelPath: labelPath(identifier), objects: [], labels: .broken))
        continue
      }
      guard let annotation = annotations[identifier] else {
        issues.append(
          DatasetIssue(
            kind: .missingLabels, file: labelPath(identifier),
            message: "the annotation of the listed image \"\(identifier)\" does not exist; the "
              + "image is ignored."))
        continue
      }
      parsed.append(
        ParsedImage(
          imagePath: FilePath.join(
            imageFolder, Self.imageName(identifier, annotation, candidates: images[identifier])),
          labelPath: labelPath(identifier), statedSize: annotation.size,
          objects: annotation.objects.compactMap { object in
            indexOf[object.className].map {
              ParsedObject(
                classIndex: $0, extent: .pixels(object.box), isCrowd: object.isCrowd,
                isDifficult: object.isDifficult, isTruncated: object.isTruncated,
                isOccluded: object.isOccluded, line: object.line)
            }
          }))
    }
    if reading.validates, split == splits.first {
      issues += try unlabeledImages(images, annotated: Set(all))
    }
    return ParsedDataset(classNames: names, images: parsed, issues: issues)
  }

  /// The images of the dataset without an annotation and in no list, which no split has.
  private func unlabeledImages(
    _ images: [String: [String]], annotated: Set<String>
  ) throws(DatasetsError) -> [DatasetIssue] {
    var known = annotated
    for list in lists.values { known.formUnion(try identifiers(in: list, known: annotated)) }
    return images.filter { !known.contains($0.key) }.flatMap(\.value).sorted(
      by: FileContents.isBefore
    ).map {
      DatasetIssue(
        kind: .unlabeledImage, file: FilePath.join(imageFolder, $0),
        message:
          "the image has no annotation in \(annotationFolder) and is in no list; it is "
          + "ignored.")
    }
  }

  /// The image of an annotation: the file of the same name; of several, or of none, the one that
  /// the annotation names.
  private static func imageName(
    _ identifier: String, _ annotation: VOCAnnotation, candidates: [String]?
  ) -> String {
    let named = annotation.fileName.flatMap { FilePath.isImage($0) ? $0 : nil }
    guard let candidates, let first = candidates.first else { return named ?? identifier + ".jpg" }
    return candidates.first { $0 == named } ?? first
  }

  private func labelPath(_ identifier: String) -> String {
    FilePath.join(annotationFolder, identifier + ".xml")
  }

  /// The names of all annotation files, without their ending.
  private func annotationIdentifiers() throws(DatasetsError) -> [String] {
    try DatasetsError.wrap(FileContents.names(in: annotationFolder))
      .filter { FilePath.ending($0) == "xml" }.map { FilePath.stem($0) }
  }

  /// The images that a list names, one a line; a number behind a name (1, -1 or 0, as in the
  /// lists of single classes) is not part of it.
  private func identifiers(
    in list: String, known: Set<String>
  ) throws(DatasetsError) -> [String] {
    let text = try DatasetsError.wrap(FileContents.text(list)) ?? ""
    var identifiers: [String] = []
    for raw in FileContents.lines(text) {
      var name = String(FileContents.trimmed(raw))
      if name.isEmpty { continue }
      if !known.contains(name) {
        let parts = name.split { $0 == " " || $0 == "\t" }
        if parts.count == 2, ["1", "-1", "0"].contains(parts[1]) { name = String(parts[0]) }
        if !known.contains(name), FilePath.isImage(name) { name = FilePath.stem(name) }
      }
      identifiers.append(name)
    }
    if identifiers.isEmpty {
      throw DatasetsError(file: list, "the list of images is empty.")
    }
    return identifiers
  }
}
