import Basics
import Datasets
import Imaging

/// The file formats of detections, recognized by content:
///
/// - COCO results: one JSON list of objects, or a COCO dataset whose annotations have scores;
/// - JSON Lines: one object per image, as `glimpse detect --json` prints them;
/// - a folder of YOLO label files, one per image, with rows `class cx cy w h score`;
/// - text files of the Pascal VOC development kit, one per class;
/// - a table of Open Images.
enum DetectionFormat {
  /// Reads the detections at a path.
  ///
  /// - Throws: `DatasetsError` if the path does not exist, the format is unknown, or masks are
  ///   requested of a format that has none.
  static func read(
    _ path: String, groundTruth: GroundTruth, readsMasks: Bool, includesLastPixels: Bool,
    tasks: any ParallelExecutor
  ) throws(DatasetsError) -> DetectionSet {
    var (set, isVOC) = try read(
      path, groundTruth: groundTruth, readsMasks: readsMasks, tasks: tasks)
    if includesLastPixels, !isVOC { set.detections.includeLastPixels() }
    return set
  }

  /// The detections, and whether the files are Pascal VOC's.
  private static func read(
    _ path: String, groundTruth: GroundTruth, readsMasks: Bool, tasks: any ParallelExecutor
  ) throws(DatasetsError) -> (set: DetectionSet, isVOC: Bool) {
    let entry = FileContents.entry(path)
    if entry == .nothing { throw .missing(path) }
    if entry == .file, FilePath.ending(path) == "csv", !readsMasks {
      return (try OpenImagesDetections(path, groundTruth: groundTruth).read(), false)
    }
    guard !groundTruth.isOpenImages else {
      throw DatasetsError(
        file: path,
        "the boxes of \(groundTruth.path) are fractions of images whose size it does not state; the "
          + "detections are expected in a table, too, with the columns "
          + "\(OpenImagesDetections.columns).")
    }
    let isVOC =
      entry == .folder
      ? VOCDetectionFiles.recognizes(folder: path) : VOCDetectionFiles.recognizes(path)
    let file = isVOC || entry == .folder ? nil : try json(path)
    if let file, isCOCO(file) {
      let results = COCOResultsFile(file, groundTruth: groundTruth, readsMasks: readsMasks)
      return (try results.read(tasks: tasks), false)
    }
    guard !readsMasks else {
      throw DatasetsError(
        file: path, "only COCO's results hold masks; a list of them is expected.")
    }
    if let file {
      return (try DetectionLinesFile(file, groundTruth: groundTruth).read(), false)
    }
    return isVOC
      ? (try VOCDetectionFiles(path, groundTruth: groundTruth).read(), true)
      : (try YOLODetectionFolder(path, groundTruth: groundTruth).read(), false)
  }

  /// Loads COCO results or JSON Lines.
  private static func json(_ path: String) throws(DatasetsError) -> LoadedFile {
    // An empty JSON Lines file: no image was processed.
    let isLines = FilePath.ending(path) == "jsonl"
    let file = try DatasetsError.wrap(
      isLines ? LoadedFile.json(path) : LoadedFile.certainJSON(path))
    var scanner = JSONScanner(file.bytes)
    let first = scanner.peek()
    guard first == UInt8(ascii: "[") || first == UInt8(ascii: "{") || first == nil && isLines else {
      throw DatasetsError(
        file: path,
        "detections are expected here: COCO's results, a list that begins with [, the lines of "
          + "'glimpse detect --json', which begin with {, or a folder of label files.")
    }
    return file
  }

  /// Whether a file is a list, or one object with a list of annotations, as a COCO dataset. Only the
  /// keys before it are read.
  private static func isCOCO(_ file: LoadedFile) -> Bool {
    var scanner = JSONScanner(file.bytes)
    guard scanner.peek() != UInt8(ascii: "[") else { return true }
    guard var members = try? scanner.object("detections") else { return false }
    while let key = try? scanner.key(&members) {
      if scanner.matches(key, "annotations") { return true }
      guard !scanner.matches(key, "path"), (try? scanner.skip()) != nil else { return false }
    }
    return false
  }
}
