import Basics
import Imaging

/// A folder of mask files without their images, such as the output of `segment`.
package struct PlainMaskFolder: Sendable {
  /// A mask file.
  package struct Mask: Hashable, Sendable {
    /// The path below the folder without file extension.
    package let name: String
    package let path: String
  }

  package let path: String
  /// The files, sorted; of several with one name, the one that is read.
  package let masks: [Mask]
  /// Files that are not read, because another one has their name.
  package let duplicates: [String]
  /// Files and folders that cannot be read.
  package let issues: [DatasetIssue]
  /// The class names of a list in the folder or beside it; nil without one.
  package let classNames: [String]?
  /// How the pixels are meant, by the list.
  package let encoding: MaskEncoding

  /// What `segment` writes beside its masks: folders and a file.
  private static let otherOutputs: Set = ["overlays", "probabilities", "contours", "contours.json"]

  private static func isOtherOutput(_ file: String, in folder: String) -> Bool {
    ImageFolder.components(of: file, below: folder).first.map { otherOutputs.contains(String($0)) }
      ?? false
  }

  /// Whether a path is a folder that holds images, directly or below, and no label files.
  package static func recognizes(_ path: String) -> Bool {
    guard FileContents.entry(path) == .folder else { return false }
    let files = ImageFolder.walk(path).prefix(200).filter { !isOtherOutput($0, in: path) }
      .map { FilePath.name($0) }
    let labels: Set = ["txt", "json", "jsonl", "xml", "yaml", "yml"]
    return files.contains(where: FilePath.isAnyImage)
      && !files.contains {
        labels.contains(FilePath.ending($0)) && !MaskClassList.files.contains($0)
      }
  }

  /// Lists a folder.
  ///
  /// - Throws: `DatasetsError` for a folder that cannot be listed, and an invalid class list.
  package init(_ path: String) throws(DatasetsError) {
    self.path = path
    var issues: [DatasetIssue] = []
    let files = try ImageFolder.files(below: path, issues: &issues, where: FilePath.isAnyImage)
      .filter { !Self.isOtherOutput($0, in: path) }
    var masks: [Mask] = []
    var duplicates: [String] = []
    let groups = Dictionary(grouping: files) { ImageFolder.stem(of: $0, below: path) }
    for (name, files) in groups.sorted(by: { $0.key < $1.key }) {
      // JPEG compression changes class numbers.
      let file =
        files.first { FilePath.ending($0) == "png" }
        ?? files.first { Codec(path: $0)?.isLossless == true } ?? files[0]
      masks.append(Mask(name: name, path: file))
      duplicates += files.filter { $0 != file }
    }
    var list = try MaskClassList.listed(in: path)
    let parent = FilePath.folder(FilePath.normalized(path))
    if list == nil, !parent.isEmpty { list = try MaskClassList.listed(in: parent) }
    (self.masks, self.duplicates, self.issues) = (masks, duplicates, issues)
    classNames = list?.names
    encoding = list?.colors.map { .colors($0) } ?? .numbers
  }

  /// The classes by the numbers in the files, and a remark on what was concluded from them.
  package func classesFound(
    runner: any ParallelExecutor
  ) -> (names: [String], remark: String?) {
    let found = MaskClassInference(masks.map(\.path), runner: runner)
    return (found.names, found.remark)
  }

  /// The sample of a mask: an image of its size without a file of its own.
  package func sample(of mask: Mask, width: Int, height: Int) -> Sample {
    var sample = Sample(
      imagePath: mask.path, imageWidth: width, imageHeight: height, annotations: [])
    sample.maskPath = mask.path
    sample.maskEncoding = encoding
    return sample
  }
}
