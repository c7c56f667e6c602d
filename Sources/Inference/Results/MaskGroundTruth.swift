import Basics
import Datasets
import Imaging

/// The masks of an evaluation's ground truth: a folder of masks, or a split of a dataset of masks.
package struct MaskGroundTruth: Sendable {
  /// A mask of the ground truth.
  package struct Entry: Hashable, Sendable {
    /// The name in texts: the path below the folder, or that of the image.
    package let name: String
    /// The path below the folder without file extension, by which predictions are matched.
    let stem: String
    /// The mask, with the size that a predicted one must have.
    let sample: Sample
    /// The path of the image that reports show; nil if it is not known.
    package let imagePath: String?
  }

  package let path: String
  package let classNames: [String]
  package let entries: [Entry]
  /// Masks that cannot be read.
  package private(set) var mismatches = ConsistencyIssues()
  /// Issues of a dataset.
  package let issues: [DatasetIssue]
  /// How the files were read where more than one reading is possible, one sentence each.
  package private(set) var notes: [String] = []

  /// Whether a path holds masks.
  package static func recognizes(_ path: String) -> Bool {
    PlainMaskFolder.recognizes(path) || isDataset(path)
  }

  private static func isDataset(_ path: String) -> Bool {
    FileContents.entry(path) == .folder && (try? DatasetFormat.sniff(path)) == .masks
  }

  /// Lists the masks at a path; of files, only headers are read.
  ///
  /// - Parameters:
  ///   - split: The split of a dataset; a folder of masks has none.
  ///   - images: The folder of the images of a folder of masks, for reports.
  /// - Throws: `DatasetsError` if there are no masks, or the dataset or class list is invalid.
  package init(
    _ path: String, split: String, images: String? = nil, tasks: any ParallelExecutor = .serial
  ) throws(DatasetsError) {
    self.path = path
    guard !Self.isDataset(path) else {
      var reading = DatasetReading(runner: tasks)
      reading.keepsUnreadableImages = true
      let dataset = try Dataset.open(path: path, split: split, format: .masks, reading: reading)
      classNames = dataset.classNames
      issues = dataset.issues
      entries = dataset.samples.filter { $0.maskPath != nil }.map { sample in
        Entry(
          name: sample.imagePath, stem: FilePath.stem(sample.imagePath), sample: sample,
          imagePath: sample.imagePath)
      }
      return
    }
    let folder = try PlainMaskFolder(path)
    guard !folder.masks.isEmpty else {
      throw DatasetsError(file: path, "the folder holds no masks; PNG or TIFF files are expected.")
    }
    if let listed = folder.classNames {
      classNames = listed
    } else {
      let found = folder.classesFound(runner: tasks)
      classNames = found.names
      if let remark = found.remark { notes.append("\(path): \(remark)") }
    }
    issues = folder.issues
    for file in folder.duplicates {
      mismatches.add(.duplicate, "\(file): another file has its name and is read instead")
    }
    let shown = ShownImages(images ?? Self.imageFolder(of: path))
    let headers = tasks.map(folder.masks.count) { place in
      Result { () throws(ImagingError) in try ImageFile.information(folder.masks[place].path) }
    }
    var entries: [Entry] = []
    for (mask, header) in zip(folder.masks, headers) {
      switch header {
      case .success(let header):
        entries.append(
          Entry(
            name: FilePath.join(path, mask.name), stem: mask.name,
            sample: folder.sample(of: mask, width: header.width, height: header.height),
            imagePath: shown.path(of: mask.name)))
      case .failure(let error): mismatches.add(.invalidMask, "\(error)")
      }
    }
    self.entries = entries
  }

  /// The folder `images` beside a folder of masks, or of the same split.
  private static func imageFolder(of path: String) -> String? {
    let folder = FilePath.normalized(path)
    let (parent, name) = (FilePath.folder(folder), FilePath.name(folder))
    let places = [
      FilePath.join(parent, "images"),
      FilePath.join(FilePath.join(FilePath.folder(parent), "images"), name),
    ]
    return places.first { FileContents.entry($0) == .folder }
  }
}

/// The images of a folder by the names of masks.
private struct ShownImages {
  private var paths: [String: String] = [:]

  init(_ folder: String?) {
    guard let folder, let listed = try? PlainMaskFolder(folder) else { return }
    paths = Dictionary(
      listed.masks.map { ($0.name, $0.path) }, uniquingKeysWith: { first, _ in first })
  }

  func path(of mask: String) -> String? {
    paths[mask] ?? (mask.hasSuffix("_mask") ? paths[String(mask.dropLast(5))] : nil)
  }
}
