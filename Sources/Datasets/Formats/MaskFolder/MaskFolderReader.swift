import Basics
import Imaging

/// Reads datasets of images and masks; see `MaskLayout` for the folders.
///
/// Splits are list files (`train.txt`) beside the folders, or folders above or below them
/// (`train/images`, `images/train`); without either, everything is `train`. A mask has the stem of
/// its image, or that and `_mask` if no image has such a stem. If an image has several masks, a PNG is
/// preferred, then another format without losses. The pixels of masks are those of `MaskEncoding`.
struct MaskFolderReader: FormatReader {
  static let appearance = "a folder with images/ and masks/"

  let root: String
  private let places: [String: MaskLayout]
  var splits: [String] { SplitName.sorted(places.keys) }

  static func recognizes(_ path: String) -> Bool { !MaskLayout.splits(in: path).isEmpty }

  static func evidence(in path: String) -> [String] {
    MaskLayout.layout(of: path)?.masks.map { [$0] } ?? [path]
  }

  /// Whether the masks are Pascal VOC's, so that the dataset may be one of boxes, too.
  static func isVOC(_ path: String) -> Bool { MaskLayout.layout(of: path)?.isVOC == true }

  init(path: String) throws(DatasetsError) {
    root = path
    try ImageFolder.checkSplits(in: path) { MaskLayout.layout(of: $0) != nil }
    if let whole = MaskLayout.layout(of: path), whole.masks != nil {
      try ImageFolder.checkSplits(in: whole.images)
    }
    places = MaskLayout.splits(in: path)
    if places.isEmpty {
      throw DatasetsError(
        file: path, "no images and masks were found; \(Self.appearance) is expected.")
    }
  }

  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> ParsedDataset {
    guard let place = places[split] else { throw noSplit(split, at: root) }
    var data = ParsedDataset()
    var encoding = MaskEncoding.numbers
    if let list = try MaskClassList.listed(in: root) {
      data.classNames = list.names
      if let colors = list.colors { encoding = .colors(colors) }
    } else if place.isVOC {
      data.classNames = VOCClasses.names
    } else if let classNames {
      data.classNames = classNames
    } else {
      data.classNames = classesFound(&data.issues, reading)
    }
    if let masks = place.masks {
      try read(place, masks: masks, encoding: encoding, into: &data)
    } else {
      try readFolders(place, into: &data)
      guard data.classNames.count == 1 else {
        throw DatasetsError(
          file: root,
          "masks of single objects have no class, but \(data.classNames.count) classes are listed; one "
            + "is expected.")
      }
    }
    return data
  }

  /// The classes of masks without a class list.
  private func classesFound(
    _ issues: inout [DatasetIssue], _ reading: DatasetReading
  ) -> [String] {
    let folders = Set(places.values.compactMap(\.masks)).sorted()
    let masks = ImageFolder.files(below: folders, issues: &issues, where: FilePath.isAnyImage)
    issues = []
    let found = MaskClassInference(masks, runner: reading.runner)
    if let remark = found.remark { issues.report(.layout, root, remark) }
    return found.names
  }

  /// Reads images whose objects have a file each.
  private func readFolders(
    _ place: MaskLayout, into data: inout ParsedDataset
  ) throws(DatasetsError) {
    let (folders, issues) = ImageFolder.folders(in: place.images)
    data.issues += issues
    var wanted: [String] = folders
    if let list = place.list {
      let known = Set(folders)
      wanted = try ImageFolder.listed(list).map { name in
        let folder = FilePath.join(place.images, FilePath.name(FilePath.portable(name)))
        return known.contains(folder) ? folder : FilePath.stem(folder)
      }
    }
    for folder in wanted {
      guard let found = ImageMaskFolder(folder) else {
        let isThere = FileContents.entry(folder) == .folder
        data.issues.report(
          isThere ? .missingLabels : .missingImage, folder,
          isThere
            ? "the folder does not hold images/ with one image and masks/ with its objects; ignored."
            : "the folder of the image does not exist; ignored.")
        continue
      }
      data.images.append(
        ParsedImage(
          imagePath: found.image, labelPath: found.masks, maskPath: found.masks,
          maskEncoding: .objectFiles))
    }
  }

  private func read(
    _ place: MaskLayout, masks folder: String, encoding: MaskEncoding,
    into data: inout ParsedDataset
  ) throws(DatasetsError) {
    let masks = Dictionary(
      grouping: try ImageFolder.files(
        below: folder, issues: &data.issues, where: FilePath.isAnyImage)
    ) { ImageFolder.stem(of: $0, below: folder) }
    let all = try ImageFolder.files(
      below: place.images, issues: &data.issues, where: FilePath.isAnyImage)
    let known = Set(all.map { ImageFolder.stem(of: $0, below: place.images) })
    var images = all
    if let list = place.list {
      images = try self.images(in: list, of: place, issues: &data.issues)
    } else if place.isVOC {
      // Of VOC's images, a part has masks.
      images = all.filter { masks[ImageFolder.stem(of: $0, below: place.images)] != nil }
    }
    /// The image of each mask that is read.
    var owners: [String: String] = [:]
    var masked: Set<String> = []
    for image in images {
      let name = ImageFolder.stem(of: image, below: place.images)
      let longName = known.contains(name + "_mask") ? nil : masks[name + "_mask"]
      let candidates = masks[name] ?? longName ?? []
      // JPEG compression changes class numbers.
      let mask =
        candidates.first { FilePath.ending($0) == "png" }
        ?? candidates.first { Codec(path: $0)?.isLossless == true } ?? candidates.first
      guard let mask else {
        if FileContents.entry(image) == .nothing {
          data.issues.report(.missingImage, image, "the image does not exist; ignored.")
          continue
        }
        data.issues.report(
          .missingLabels, image, "the image has no mask in \(folder); ignored.")
        continue
      }
      if let owner = owners[mask], owner != image {
        data.issues.report(
          .missingLabels, image,
          "the image has no mask of its own: \(mask) belongs to \(owner). The image is ignored; "
            + "give the two images different names.")
        continue
      }
      owners[mask] = image
      masked.insert(name)
      data.images.append(
        ParsedImage(
          imagePath: image, labelPath: mask, maskPath: mask, maskEncoding: encoding,
          objectMaskPath: place.objects.flatMap { objectMask(name, in: $0) }))
    }
    reportUnread(masks, owners: owners, masked: masked, known: known, issues: &data.issues)
  }

  /// The file of an image's object numbers; nil if there is none.
  private func objectMask(_ name: String, in folder: String) -> String? {
    let path = FilePath.join(folder, name + ".png")
    return FileContents.entry(path) == .file ? path : nil
  }

  /// The images of a split's list.
  private func images(
    in list: String, of place: MaskLayout, issues: inout [DatasetIssue]
  ) throws(DatasetsError) -> [String] {
    let locator = ImageLocator(root: place.images, folders: [place.images])
    let names = try ImageFolder.listed(list)
    for name in names {
      try ImageFolder.refuseFolder(
        name, at: [place.images, root].map { FilePath.join($0, name) }, in: list)
    }
    return zip(names, locator.places(of: names)).compactMap { name, place in
      if place == nil {
        issues.report(
          .pathOutside, list,
          "the image \"\(name)\" leads out of the dataset's folder; it is ignored.")
      }
      return place
    }
  }

  /// Reports masks that are not read.
  ///
  /// - Parameters:
  ///   - owners: The image of each mask that is read.
  ///   - masked: The names of the images that have a mask.
  ///   - known: The names of all images.
  private func reportUnread(
    _ masks: [String: [String]], owners: [String: String], masked: Set<String>,
    known: Set<String>, issues: inout [DatasetIssue]
  ) {
    for (name, files) in masks.sorted(by: { $0.key < $1.key }) {
      let owner = name.hasSuffix("_mask") && !known.contains(name) ? String(name.dropLast(5)) : name
      // A mask whose image the split's list leaves out is neither orphaned nor redundant.
      guard masked.contains(owner) || !known.contains(owner) else { continue }
      for mask in files where owners[mask] == nil {
        if masked.contains(owner) {
          issues.report(
            .duplicateEntry, mask,
            "the image \"\(owner)\" has another mask, which is read instead.")
        } else {
          issues.report(.orphanedLabels, mask, "the mask belongs to no image; it is not read.")
        }
      }
    }
  }
}
