import Basics
import Imaging

/// The images of a Pascal VOC dataset and their annotation files.
///
/// An annotation belongs to the image of the same name in the same subfolder; if there is none, to
/// the one that it names, or to the only one with its file name.
struct VOCImages {
  typealias Identifier = VOCReader.Identifier

  private let layout: VOCLayout
  /// The images of each identifier, usually one.
  private var images: [Identifier: [String]] = [:]
  /// Identifiers by lowercase file name.
  private var byName: [String: [Identifier]] = [:]
  private let annotated: Set<Identifier>
  /// For each image, the annotations of another name that mean it.
  private var claims: [String: Set<Identifier>] = [:]

  /// Lists the images of all parts.
  init(
    _ layout: VOCLayout, annotations: [Identifier], issues: inout [DatasetIssue]
  ) throws(DatasetsError) {
    self.layout = layout
    annotated = Set(annotations)
    for (part, place) in layout.parts.enumerated() {
      // Issues of folders that also hold the annotations are known.
      var found: [DatasetIssue] = []
      let files = try ImageFolder.files(
        below: place.images, issues: &found, where: FilePath.isAnyImage)
      if place.images != place.annotations { issues += found }
      for file in files {
        let identifier = Identifier(
          part: part, name: ImageFolder.stem(of: file, below: place.images))
        if images[identifier] == nil {
          byName[FilePath.name(identifier.name).lowercased(), default: []].append(identifier)
        }
        images[identifier, default: []].append(file)
      }
    }
  }

  /// Notes that an annotation is used; all are noted before the first `path` is requested.
  ///
  /// - Parameter name: The file name that the annotation states.
  mutating func note(_ identifier: Identifier, named name: String?) {
    if let image = borrowed(by: identifier, named: name) {
      claims[image, default: []].insert(identifier)
    }
  }

  /// The image of another name that an annotation without an image of its own means.
  private func borrowed(by identifier: Identifier, named name: String?) -> String? {
    guard images[identifier] == nil else { return nil }
    let stated = name.map { FilePath.isAnyImage($0) ? FilePath.stem($0) : $0 }
    for name in [stated, identifier.name].compactMap(\.self) {
      // An image with an annotation of its own is not used for another one.
      let free = (byName[FilePath.name(name).lowercased()] ?? []).filter {
        $0.part == identifier.part && !annotated.contains($0)
      }
      if free.count == 1, let image = images[free[0]]?.first { return image }
    }
    return nil
  }

  /// The path of an annotation's image or, if it is missing, where it is expected.
  ///
  /// - Parameter name: The file name that the annotation states.
  func path(
    of identifier: Identifier, named name: String?, annotation: String,
    issues: inout [DatasetIssue]
  ) -> String {
    if let candidates = images[identifier] {
      let readable = candidates.filter { FilePath.isImage($0) }
      let choice =
        candidates.first { FilePath.name($0) == name } ?? readable.first ?? candidates[0]
      for other in readable where other != choice && FilePath.isImage(choice) {
        issues.report(
          .sharedLabels, annotation,
          "the images \(choice) and \(FilePath.name(other)) have the same annotation file; it is "
            + "used for the former, and the latter is ignored. Give the images different names.")
      }
      return choice
    }
    // Of several annotations that mean one image, none gets it: a guess could mix up their labels.
    if let image = borrowed(by: identifier, named: name), claims[image]?.count == 1 { return image }
    let folder = FilePath.join(
      layout.parts[identifier.part].images, FilePath.folder(identifier.name))
    let stated = name.map { FilePath.join(folder, $0) }
    if let stated, FilePath.isAnyImage(stated), FileContents.entry(stated) == .nothing {
      return stated
    }
    return FilePath.join(folder, FilePath.name(identifier.name) + ".jpg")
  }

  /// The images that no annotation uses, except those of some identifiers.
  func unlabeled(except known: Set<Identifier>) -> [String] {
    images.filter { !known.contains($0.key) && !annotated.contains($0.key) }.flatMap(\.value)
      .filter { claims[$0] == nil }.sorted(by: FileContents.isBefore)
  }
}
