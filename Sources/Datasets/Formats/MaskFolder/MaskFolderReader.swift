import Basics

/// Reads folders of images with a folder of masks beside: `images/x.png` and `masks/x.png`.
///
/// Splits are lists of names (`train.txt`) beside the two folders, or folders above or below them
/// (`train/images`, `images/train`); without either, all is `train`. A mask has the name of its
/// image, or that and `_mask` where no image is called so. Its pixels are 0 for the ground and
/// otherwise the number of a class, from 1, or 255 where there is one. Of several masks of an image
/// a PNG is read.
struct MaskFolderReader: FormatReader {
  static let appearance = "a folder with images/ and masks/"

  private static let imageNames = ["images", "imgs", "image"]
  private static let maskNames = ["masks", "mask"]

  /// Where the images and masks of a split are.
  private struct Place {
    var images: String
    var masks: String
    /// The names that belong to the split; nil for all.
    var list: String?
  }

  let root: String
  private let places: [String: Place]
  let splits: [String]

  static func recognizes(_ path: String) -> Bool { !places(in: path).isEmpty }

  init(path: String) throws(DatasetsError) {
    root = path
    places = Self.places(in: path)
    splits = SplitName.sorted(Set(places.keys))
    if splits.isEmpty {
      throw DatasetsError(
        file: path, "there are no images and masks, though \(Self.appearance) is expected.")
    }
  }

  private static func places(in root: String) -> [String: Place] {
    guard FileContents.entry(root) == .folder else { return [:] }
    var places: [String: Place] = [:]
    for split in SplitName.usual {
      for spelling in SplitName.spellings(split) where places[split] == nil {
        let inside = FilePath.join(root, spelling)
        if let images = folder(imageNames, in: inside), let masks = folder(maskNames, in: inside) {
          places[split] = Place(images: images, masks: masks)
        }
      }
    }
    guard let images = folder(imageNames, in: root), let masks = folder(maskNames, in: root) else {
      return places
    }
    for split in SplitName.usual where places[split] == nil {
      for spelling in SplitName.spellings(split) where places[split] == nil {
        let list = FilePath.join(root, spelling + ".txt")
        let inner = (FilePath.join(images, spelling), FilePath.join(masks, spelling))
        if FileContents.entry(list) == .file {
          places[split] = Place(images: images, masks: masks, list: list)
        } else if FileContents.entry(inner.0) == .folder, FileContents.entry(inner.1) == .folder {
          places[split] = Place(images: inner.0, masks: inner.1)
        }
      }
    }
    return places.isEmpty ? ["train": Place(images: images, masks: masks)] : places
  }

  private static func folder(_ names: [String], in root: String) -> String? {
    names.map { FilePath.join(root, $0) }.first { FileContents.entry($0) == .folder }
  }

  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> ParsedDataset {
    guard let place = places[split] else {
      throw DatasetsError(file: root, "there is no split \"\(split)\".")
    }
    var data = ParsedDataset(
      classNames: try ClassList.listed(in: root) ?? classNames ?? ["object"], images: [],
      issues: [])
    let masks = Dictionary(
      grouping: try ImageFolder.images(below: place.masks, issues: &data.issues)
    ) { name(of: $0, in: place.masks) }
    /// For each mask that is read, its image.
    var owners: [String: String] = [:]
    var masked: Set<String> = []
    let all = try ImageFolder.images(below: place.images, issues: &data.issues)
    let known = Set(all.map { self.name(of: $0, in: place.images) })
    for image in try place.list.map({ (list) throws(DatasetsError) in
      try listed(list, in: place)
    }) ?? all {
      let name = name(of: image, in: place.images)
      let longName = known.contains(name + "_mask") ? nil : masks[name + "_mask"]
      let candidates = masks[name] ?? longName ?? []
      // JPEG blurs the numbers of classes.
      let mask = candidates.first { FilePath.ending($0) == "png" } ?? candidates.first
      guard let mask else {
        data.issues.append(
          DatasetIssue(
            kind: .missingLabels, file: image,
            message: "the image has no mask in \(place.masks); ignored."))
        continue
      }
      if let owner = owners[mask], owner != image {
        data.issues.append(
          DatasetIssue(
            kind: .missingLabels, file: image,
            message:
              "the image has no mask of its own, \(mask) is the one of \(owner); it is left "
              + "out. Name the two differently."))
        continue
      }
      owners[mask] = image
      masked.insert(name)
      data.images.append(
        ParsedImage(imagePath: image, labelPath: mask, objects: [], maskPath: mask))
    }
    for (name, files) in masks.sorted(by: { $0.key < $1.key }) {
      let owner = name.hasSuffix("_mask") && !known.contains(name) ? String(name.dropLast(5)) : name
      // The mask of an image that a list leaves out is neither a stray nor one too many.
      guard masked.contains(owner) || !known.contains(owner) else { continue }
      for mask in files where owners[mask] == nil {
        data.issues.append(
          masked.contains(owner)
            ? DatasetIssue(
              kind: .duplicateEntry, file: mask,
              message: "the image \"\(owner)\" has another mask, which is read instead.")
            : DatasetIssue(
              kind: .orphanedLabels, file: mask,
              message: "the mask belongs to no image; it is not read."))
      }
    }
    return data
  }

  /// The path below a folder without the ending.
  private func name(of path: String, in folder: String) -> String {
    FilePath.stem(String(path.dropFirst(FilePath.normalized(folder).count + 1)))
  }

  /// The images that a list names, one a line.
  private func listed(_ list: String, in place: Place) throws(DatasetsError) -> [String] {
    let names = FileContents.lines(try DatasetsError.wrap(FileContents.text(list)) ?? "")
      .map { String(FileContents.trimmed($0)) }.filter { !$0.isEmpty }
    if names.isEmpty { throw DatasetsError(file: list, "the list of images is empty.") }
    let locator = ImageLocator(root: place.images, folders: [place.images])
    return names.map { locator.place(of: $0) }
  }
}
