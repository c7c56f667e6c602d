import Basics
import Datasets
import Imaging

/// A folder of YOLO label files, one per image and with its stem: rows `class cx cy w h score` in
/// fractions of the image size. A missing score is 1.
///
/// Written by `glimpse detect --save-txt`, and by Ultralytics' `predict` and `val` with
/// `save_conf`. An image without a file has no detections.
struct YOLODetectionFolder {
  private let folder: String
  private let groundTruth: GroundTruth

  init(_ path: String, groundTruth: GroundTruth) {
    let inner = FilePath.join(path, "labels")
    folder = FileContents.entry(inner) == .folder ? inner : path
    self.groundTruth = groundTruth
  }

  /// Reads all files, in the order of the ground truth's images.
  func read() throws(DatasetsError) -> DetectionSet {
    var set = DetectionSet()
    let files = try DatasetsError.wrap(FileContents.names(in: folder)).filter {
      FilePath.ending($0) == "txt" && $0 != "classes.txt"
    }
    if files.isEmpty {
      throw DatasetsError(
        file: folder,
        "the folder holds no .txt files; one label file per image is expected, with rows "
          + "\"class cx cy w h score\".")
    }
    let names = ImageNames(groundTruth.images)
    var fileOf: [Int: String] = [:]
    for name in files {
      guard let image = names[FilePath.stem(name)] else {
        set.mismatches.add(
          .unknownImage,
          "\(FilePath.join(folder, name)): no image of this name, or more than one, is in "
            + groundTruth.path)
        continue
      }
      fileOf[image] = FilePath.join(folder, name)
    }
    for (image, file) in fileOf.sorted(by: { $0.key < $1.key }) {
      try read(file, image: image, into: &set)
    }
    return set
  }

  private func read(
    _ file: String, image: Int, into set: inout DetectionSet
  ) throws(DatasetsError) {
    let entry = groundTruth.images[image]
    guard entry.width > 0, entry.height > 0 else {
      throw DatasetsError(
        file: groundTruth.path,
        "the size of \(entry.name) is unknown; it is needed to convert boxes to pixels.")
    }
    for (index, line) in FileContents.lines(try DatasetsError.wrap(FileContents.text(file)) ?? "")
      .enumerated()
    {
      let fields = line.split { $0 == " " || $0 == "\t" }
      if fields.isEmpty { continue }
      let numbers = fields.compactMap { Double($0) }.filter(\.isFinite)
      guard numbers.count == fields.count, numbers.count == 5 || numbers.count == 6,
        let classIndex = Int(exactly: numbers[0])
      else {
        throw DatasetsError(
          file: file, line: index + 1,
          "a row is expected to be \"class cx cy w h score\", finite numbers in fractions of the "
            + "image, but is \"\(line.prefix(60))\".")
      }
      guard groundTruth.classNames.indices.contains(classIndex) else {
        set.mismatches.add(
          .unknownClass,
          "\(file):\(index + 1): the class \(classIndex) is not in 0...\(groundTruth.classNames.count - 1)"
        )
        continue
      }
      let (width, height) = (Double(entry.width), Double(entry.height))
      _ = set.append(
        image: image, classIndex: classIndex,
        box: SizedBox(
          x: (numbers[1] - numbers[3] / 2) * width, y: (numbers[2] - numbers[4] / 2) * height,
          width: numbers[3] * width, height: numbers[4] * height),
        score: numbers.count == 6 ? numbers[5] : 1, groundTruth: groundTruth,
        place: "\(file):\(index + 1)")
    }
  }
}
