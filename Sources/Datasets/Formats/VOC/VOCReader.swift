import Basics
import Imaging

/// Reads Pascal VOC datasets: an XML file per image.
///
/// Splits are the lists in `ImageSets/Main/`, or folders such as `train/`; without either, all
/// annotated images are `train`. See `VOCLayout` for the folders. Source: the VOC 2012 development
/// kit, section 3, and exports of labelImg, Roboflow and CVAT.
struct VOCReader: FormatReader {
  static let appearance = "a folder with Annotations/*.xml and JPEGImages/, or *.xml beside images"

  let root: String
  private let layout: VOCLayout
  /// The list file of each split; empty for a dataset without split lists.
  private var lists: [String: String] = [:]
  /// The annotation files of each split, without lists.
  private var members: [String: [Identifier]] = [:]
  /// All annotation files.
  private var annotations: [Identifier] = []
  private var issues: [DatasetIssue] = []
  var splits: [String] { SplitName.sorted(lists.isEmpty ? Array(members.keys) : Array(lists.keys)) }

  /// An annotation file: the part that it belongs to, and its path in the part's folder without
  /// file extension, such as `a` or `frames/a`.
  struct Identifier: Hashable {
    let part: Int
    let name: String
  }

  /// The path of each annotation file.
  private var paths: [Identifier: String] = [:]

  static func recognizes(_ path: String) -> Bool { !VOCLayout(root: path).parts.isEmpty }

  static func evidence(in path: String) -> [String] {
    VOCLayout(root: path).parts.map { FilePath.join($0.annotations, "*.xml") }
  }

  init(path: String) throws(DatasetsError) {
    root = path
    layout = VOCLayout(root: path)
    if layout.parts.isEmpty {
      throw DatasetsError(
        file: path,
        "a Pascal VOC dataset has annotation files here, in a folder Annotations or beside the "
          + "images, but there are none.")
    }
    if layout.parts.contains(where: { $0.split != nil }) {
      try ImageFolder.checkSplits(in: path, where: VOCLayout.isPart)
    }
    for (part, place) in layout.parts.enumerated() {
      let files = try ImageFolder.files(below: place.annotations, issues: &issues) {
        FilePath.ending($0) == "xml"
      }
      for file in files {
        let identifier = Identifier(
          part: part, name: ImageFolder.stem(of: file, below: place.annotations))
        if let other = paths.updateValue(file, forKey: identifier) {
          issues.report(.orphanedLabels, other, "\(file) has the same name and is read instead.")
          continue
        }
        annotations.append(identifier)
        let split = place.split ?? Self.split(of: identifier.name)
        members[split, default: []].append(identifier)
      }
    }
    lists = try Self.lists(in: path)
    if members.isEmpty { members = ["train": []] }
  }

  /// The split of an annotation file by the folders in its name; `train` if none is a split's.
  private static func split(of name: String) -> String {
    name.split(separator: "/").dropLast().compactMap(SplitName.usualName).first ?? "train"
  }

  /// The list files in `ImageSets/Main`, by split.
  private static func lists(in root: String) throws(DatasetsError) -> [String: String] {
    let folders = ImageFolder.folders(named: ["imagesets"], in: root).flatMap { sets in
      ImageFolder.folders(named: ["main"], in: sets) + [sets]
    }
    for folder in folders {
      let names = try DatasetsError.wrap(FileContents.names(in: folder)).filter {
        FilePath.ending($0) == "txt"
      }
      let stems = Set(names.map { FilePath.stem($0) })
      let lists = names.filter { !isClassList(FilePath.stem($0), among: stems) }
      if !lists.isEmpty {
        return SplitName.canonical(
          lists.map { (FilePath.stem($0), FilePath.join(folder, $0)) })
      }
    }
    return [:]
  }

  /// `dog_train` lists which images of `train` contain dogs; it is not a split.
  private static func isClassList(_ stem: String, among stems: Set<String>) -> Bool {
    stems.union(["train", "val", "trainval", "test"]).contains { stem.hasSuffix("_" + $0) }
  }

  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> ParsedDataset {
    var issues = self.issues
    var unread = UnreadMembers()
    var wanted = members[split] ?? []
    let known = Set(annotations)
    if let list = lists[split] { wanted = try identifiers(in: list, known: known) }
    // Without requested classes, all files are read, so that every split has the same class list.
    let read = classNames == nil ? annotations : wanted.filter { known.contains($0) }
    let files = labels(at: read.map(labelPath), on: reading.runner) {
      (bytes, path) throws(DatasetsError) in try VOCAnnotation.read(bytes, file: path)
    }
    let listed = Set(wanted)
    var contents: [Identifier: LabelFile] = [:]
    for (identifier, file) in zip(read, files) where file.state != .absent {
      contents[identifier] = file
      if listed.contains(identifier) {
        issues += file.issues
        unread.add(file.unread)
      }
    }
    let classes = try ClassList.complete(
      in: root, with: contents.values.flatMap { $0.classes.names })
    var images = try VOCImages(layout, annotations: annotations, issues: &issues)
    for (identifier, file) in contents { images.note(identifier, named: file.imageName) }
    var parsed: [ParsedImage] = []
    for identifier in wanted {
      guard let annotation = contents[identifier] else {
        issues.report(
          .missingLabels, labelPath(identifier),
          "the annotation of the listed image \"\(identifier.name)\" does not exist; the image is "
            + "ignored.")
        continue
      }
      parsed.append(
        ParsedImage(
          imagePath: images.path(
            of: identifier, named: annotation.imageName, annotation: labelPath(identifier),
            issues: &issues),
          labelPath: labelPath(identifier), statedSize: annotation.statedSize,
          objects: annotation.objects(in: classes), labels: annotation.state))
    }
    if reading.validates, split == splits.first {
      // Images without an annotation are reported only if they are in no list: no split has them.
      var found = known
      for list in lists.values { found.formUnion(try identifiers(in: list, known: known)) }
      for image in images.unlabeled(except: found) {
        issues.report(
          .unlabeledImage, image, "the image has no annotation and is in no list; it is ignored.")
      }
    }
    return ParsedDataset(
      classNames: classes.names, images: parsed, conventions: BoxConventions(.corners),
      unread: unread,
      issues: issues)
  }

  private func labelPath(_ identifier: Identifier) -> String {
    paths[identifier]
      ?? FilePath.join(layout.parts[identifier.part].annotations, identifier.name + ".xml")
  }

  /// The annotation files of the image names in a list, one per line. A second column (1, -1 or 0,
  /// as in the lists of single classes) is ignored, and so are the folders of other machines.
  private func identifiers(
    in list: String, known: Set<Identifier>
  ) throws(DatasetsError) -> [Identifier] {
    func identifier(_ name: String) -> Identifier? {
      layout.parts.indices.lazy.map { Identifier(part: $0, name: name) }.first(
        where: known.contains)
    }
    return try ImageFolder.listed(list).map { listed in
      if let known = identifier(listed) { return known }
      let parts = listed.split { $0 == " " || $0 == "\t" }
      let isMarked = parts.count == 2 && ["1", "-1", "0"].contains(parts[1])
      var name = isMarked ? String(parts[0]) : listed
      if let known = identifier(name) { return known }
      if FilePath.isAnyImage(name) { name = FilePath.stem(name) }
      let components = FilePath.components(FilePath.portable(name))
      let ends = components.indices.map { components[$0...].joined(separator: "/") }
      return ends.lazy.compactMap(identifier).first ?? Identifier(part: 0, name: name)
    }
  }
}
