import Basics
import Imaging

/// The folders of images and masks of a split.
///
/// - `images/` and `masks/`, together or in a folder for each split;
/// - Pascal VOC's `JPEGImages/`, `SegmentationClass/` and `SegmentationObject/`, with lists of names in
///   `ImageSets/Segmentation/`; source: the VOC 2012 development kit, section 3.2;
/// - a folder for each image, `ID/images/ID.png`, with a file for each object, `ID/masks/*.png`, as in
///   the Data Science Bowl 2018.
struct MaskLayout {
  /// The folder of images; of the image's folders where each has its own.
  var images: String
  /// The folder of masks; nil where each image has its own.
  var masks: String?
  /// The folder of masks of object numbers beside the class masks.
  var objects: String?
  /// The file that lists the images of the split; nil for all images.
  var list: String?
  /// Whether it is Pascal VOC's.
  var isVOC = false

  /// The layout of each split.
  static func splits(in root: String) -> [String: MaskLayout] {
    let whole = layout(of: root)
    let inside = SplitName.values { layout(of: FilePath.join(root, $0)) }.merging(
      // The names that the Data Science Bowl uses.
      SplitName.values { split in
        let folder = FilePath.join(root, "stage1_" + split)
        return holdsImageFolders(folder) ? MaskLayout(images: folder) : nil
      }
    ) { first, _ in first }
    let splits = inside.merging(SplitName.values { whole?.split($0, in: root) }) { first, _ in first
    }
    .merging(whole?.listed(in: root) ?? [:]) { first, _ in first }
    return splits.isEmpty ? whole.map { ["train": $0] } ?? [:] : splits
  }

  /// The layout of a folder without its splits; nil if it holds no images and masks.
  static func layout(of folder: String) -> MaskLayout? {
    if let images = ImageFolder.folders(named: ["jpegimages"] + ImageFolder.imageNames, in: folder)
      .first,
      let classes = ImageFolder.folders(named: ["segmentationclass"], in: folder).first
    {
      return MaskLayout(
        images: images, masks: classes,
        objects: ImageFolder.folders(named: ["segmentationobject"], in: folder).first, isVOC: true)
    }
    if let images = ImageFolder.folders(named: ImageFolder.imageNames, in: folder).first,
      let masks = ImageFolder.folders(named: ["masks", "mask"], in: folder).first
        ?? ImageFolder.folders(named: otherMaskFolders, in: folder).first(where: holdsOnlyMasks)
    {
      return MaskLayout(images: images, masks: masks)
    }
    return holdsImageFolders(folder) ? MaskLayout(images: folder) : nil
  }

  /// The part of a split by its name: a list beside the folders, or folders of its name in them.
  private func split(_ spelling: String, in root: String) -> MaskLayout? {
    var part = self
    part.list = FilePath.join(root, spelling + ".txt")
    if let list = part.list, FileContents.entry(list) == .file { return part }
    guard let masks, let images = ImageFolder.folder(spelling, in: images),
      let own = ImageFolder.folder(spelling, in: masks)
    else { return nil }
    return MaskLayout(
      images: images, masks: own, objects: objects.flatMap { ImageFolder.folder(spelling, in: $0) },
      isVOC: isVOC)
  }

  /// The splits of the lists in `ImageSets/Segmentation`.
  private func listed(in root: String) -> [String: MaskLayout] {
    guard isVOC, let sets = ImageFolder.folders(named: ["imagesets"], in: root).first,
      let folder = ImageFolder.folders(named: ["segmentation"], in: sets).first
    else { return [:] }
    return SplitName.canonical(
      ImageFolder.files(directlyIn: folder, endings: "txt").map { list in
        var part = self
        part.list = list
        return (FilePath.stem(FilePath.name(list)), part)
      })
  }

  /// Folders that hold masks if they hold no label files.
  private static let otherMaskFolders = ["labels", "annotations", "segmentation", "segmentations"]

  /// Whether the first files below a folder are images without losses, such as PNG.
  private static func holdsOnlyMasks(_ folder: String) -> Bool {
    let files = Array(ImageFolder.walk(folder).prefix(100))
    return !files.isEmpty && files.allSatisfy { Codec(path: $0)?.isLossless == true }
  }

  /// Whether most of the first subfolders of a folder are those of an image with its objects.
  private static func holdsImageFolders(_ folder: String) -> Bool {
    let folders = ImageFolder.folders(in: folder).paths.prefix(20)
    let count = folders.count { ImageMaskFolder($0) != nil }
    return count > 0 && 2 * count > folders.count
  }
}

/// The folder of one image: `images/ID.png` and `masks/*.png`.
struct ImageMaskFolder {
  let image: String
  let masks: String

  /// Nil if the folder does not hold one image and a folder of masks.
  init?(_ folder: String) {
    guard let images = ImageFolder.folders(named: ImageFolder.imageNames, in: folder).first,
      let masks = ImageFolder.folders(named: ["masks", "mask"], in: folder).first
    else { return nil }
    let files = ImageFolder.images(directlyIn: images)
    guard files.count == 1 else { return nil }
    // It may also be the folder of a split with a single image.
    let name = FilePath.name(folder)
    guard !SplitName.isSplit(name) || FilePath.stem(FilePath.name(files[0])) == name else {
      return nil
    }
    (image, self.masks) = (files[0], masks)
  }
}
