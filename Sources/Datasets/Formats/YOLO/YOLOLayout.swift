import Basics

/// The locations of images and label files in a YOLO dataset.
enum YOLOLayout {
  /// The label file of an image: the last `/images/` of its path is replaced by `/labels/`, and the
  /// file extension by `.txt`. Without an `images` folder, the label file is beside the image.
  static func labelPath(of imagePath: String) -> String {
    var parts = imagePath.split(separator: "/", omittingEmptySubsequences: false)
    if let place = parts.dropLast().lastIndex(of: "images") { parts[place] = "labels" }
    return FilePath.stem(parts.joined(separator: "/")) + ".txt"
  }

  /// The image folder of a split, `train/images` or `images/train`.
  static func folder(of split: String, in root: String) -> String? {
    let names = SplitName.spellings(split).flatMap { ["\($0)/images", "images/\($0)"] }
    return ImageFolder.folder(names, in: root)
  }

  /// Label files in the images' label folders that belong to none of the images.
  static func orphans(of images: [String]) -> [String] {
    let labels = Set(images.map { labelPath(of: $0) })
    return Set(labels.map { FilePath.folder($0) }).sorted().flatMap { folder in
      // A folder that is missing or cannot be listed has no orphans.
      ((try? FileContents.names(in: folder)) ?? [])
        .filter { FilePath.ending($0) == "txt" && !["classes.txt", "labels.txt"].contains($0) }
        .map { FilePath.join(folder, $0) }.filter { !labels.contains($0) }
    }
  }
}
