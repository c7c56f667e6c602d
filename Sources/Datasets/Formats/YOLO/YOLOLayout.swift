import Basics

/// Where the images and labels of a YOLO dataset lie.
enum YOLOLayout {
  /// The label file of an image: the last `/images/` of its path becomes `/labels/`, and the
  /// ending `.txt`; an image that lies in no such folder has its labels beside it.
  static func labelPath(of imagePath: String) -> String {
    var parts = imagePath.split(separator: "/", omittingEmptySubsequences: false)
    if let place = parts.dropLast().lastIndex(of: "images") { parts[place] = "labels" }
    return FilePath.stem(parts.joined(separator: "/")) + ".txt"
  }

  /// The folders of a split for a dataset that is laid out as `train/images` or `images/train`.
  static func folder(of split: String, in root: String) -> String? {
    let names = SplitName.spellings(split).flatMap { ["\($0)/images", "images/\($0)"] }
    return ImageFolder.folder(names, in: root)
  }

  /// The label files that lie where images have theirs, but belong to none of them.
  static func orphans(of images: [String]) -> [String] {
    let labels = Set(images.map { labelPath(of: $0) })
    return Set(labels.map { FilePath.folder($0) }).sorted().flatMap { folder in
      // Of a folder that is not there, or cannot be listed, nothing is known to be too much.
      ((try? FileContents.names(in: folder)) ?? [])
        .filter { FilePath.ending($0) == "txt" && !["classes.txt", "labels.txt"].contains($0) }
        .map { FilePath.join(folder, $0) }.filter { !labels.contains($0) }
    }
  }
}
