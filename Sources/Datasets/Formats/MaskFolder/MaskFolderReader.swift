import Basics
import Imaging

/// Reads semantic-segmentation datasets: `images/x.png` with `masks/x.png`.
///
/// Splits are list files (`train.txt`) beside the two folders, or folders above or below them
/// (`train/images`, `images/train`); without either, everything is `train`. A mask has the stem of
/// its image, or that and `_mask` if no image has such a stem. Mask pixels are 0 for background and
/// class numbers from 1, or 255 if there is one class. If an image has several masks, a PNG is
/// preferred, then another format without losses.
struct MaskFolderReader: FormatReader {
  static let appearance = "a folder with images/ and masks/"

  /// The image and mask folders of a split.
  private struct Place {
    var images: String
    var masks: String
    /// The file that lists the images of the split; nil for all images.
    var list: String?
  }

  let root: String
  private let places: [String: Place]
  var splits: [String] { SplitName.sorted(places.keys) }

  static func recognizes(_ path: String) -> Bool { !places(in: path).isEmpty }

  init(path: String) throws(DatasetsError) {
    root = path
    try ImageFolder.checkSplits(in: path) { Self.place(in: $0) != nil }
    if let whole = Self.place(in: path) { try ImageFolder.checkSplits(in: whole.images) }
    places = Self.places(in: path)
    if places.isEmpty {
      throw DatasetsError(
        file: path, "no images and masks were found; \(Self.appearance) is expected.")
    }
  }

  /// Folders that hold masks if they hold no label files.
  private static let otherMaskFolders = ["labels", "annotations", "segmentation", "segmentations"]

  /// Whether the first files below a folder are images without losses, such as PNG.
  private static func holdsOnlyMasks(_ folder: String) -> Bool {
    let files = Array(ImageFolder.walk(folder).prefix(100))
    return !files.isEmpty && files.allSatisfy { Codec(path: $0)?.isLossless == true }
  }

  /// The image and mask folders in a folder; nil if there are none.
  private static func place(in folder: String) -> Place? {
    guard let images = ImageFolder.folders(named: ImageFolder.imageNames, in: folder).first,
      let masks = ImageFolder.folders(named: ["masks", "mask"], in: folder).first
        ?? ImageFolder.folders(named: otherMaskFolders, in: folder).first(where: holdsOnlyMasks)
    else { return nil }
    return Place(images: images, masks: masks)
  }

  private static func places(in root: String) -> [String: Place] {
    let whole = place(in: root)
    let places = SplitName.values { place(in: FilePath.join(root, $0)) }.merging(
      SplitName.values { spelling in
        guard let whole else { return nil }
        let list = FilePath.join(root, spelling + ".txt")
        if FileContents.entry(list) == .file {
          return Place(images: whole.images, masks: whole.masks, list: list)
        }
        return ImageFolder.folder(spelling, in: whole.images).flatMap { images in
          ImageFolder.folder(spelling, in: whole.masks).map { Place(images: images, masks: $0) }
        }
      }
    ) { inside, _ in inside }
    return places.isEmpty ? whole.map { ["train": $0] } ?? [:] : places
  }

  func read(
    split: String, classNames: [String]?, reading: DatasetReading
  ) throws(DatasetsError) -> ParsedDataset {
    guard let place = places[split] else { throw noSplit(split, at: root) }
    var data = ParsedDataset(
      classNames: try ClassList.listed(in: root) ?? classNames ?? ["object"])
    let masks = Dictionary(
      grouping: try ImageFolder.files(
        below: place.masks, issues: &data.issues, where: FilePath.isAnyImage)
    ) { ImageFolder.stem(of: $0, below: place.masks) }
    let all = try ImageFolder.files(
      below: place.images, issues: &data.issues, where: FilePath.isAnyImage)
    let known = Set(all.map { ImageFolder.stem(of: $0, below: place.images) })
    var images = all
    if let list = place.list {
      images = try self.images(in: list, of: place, issues: &data.issues)
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
          .missingLabels, image, "the image has no mask in \(place.masks); ignored.")
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
      data.images.append(ParsedImage(imagePath: image, labelPath: mask, maskPath: mask))
    }
    reportUnread(masks, owners: owners, masked: masked, known: known, issues: &data.issues)
    return data
  }

  /// The images of a split's list.
  private func images(
    in list: String, of place: Place, issues: inout [DatasetIssue]
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
