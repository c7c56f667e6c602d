import Basics
import Datasets
import Imaging

/// The file formats of detections.
enum DetectionFormat: CaseIterable {
  /// COCO results: one JSON list of objects, or a COCO dataset whose annotations have scores.
  case cocoResults
  /// JSON Lines: one object per image, as `glimpse detect --json` prints them.
  case jsonLines
  /// A folder of YOLO label files, one per image, with rows `class cx cy w h score`.
  case yoloFolder
  /// Text files of the Pascal VOC development kit, one per class.
  case vocFiles

  /// Determines the format of the file or folder at a path.
  ///
  /// - Throws: `DatasetsError` if the path does not exist or the format is unknown.
  static func sniff(_ path: String) throws(DatasetsError) -> DetectionFormat {
    switch FileContents.entry(path) {
    case .folder: return VOCDetectionFiles.recognizes(folder: path) ? .vocFiles : .yoloFolder
    case .nothing: throw .missing(path)
    case .file where VOCDetectionFiles.recognizes(path): return .vocFiles
    case .file:
      // An empty JSON Lines file: no image was processed.
      let isLines = FilePath.ending(path) == "jsonl"
      let file = try DatasetsError.wrap(
        isLines ? LoadedFile.json(path) : LoadedFile.certainJSON(path))
      var scanner = JSONScanner(file.bytes)
      switch scanner.peek() {
      case UInt8(ascii: "["): return .cocoResults
      case UInt8(ascii: "{"): return holdsAnnotations(file) ? .cocoResults : .jsonLines
      case nil where isLines: return .jsonLines
      default:
        throw DatasetsError(
          file: path,
          "detections are expected here: COCO's results, a list that begins with [, the lines of "
            + "'glimpse detect --json', which begin with {, or a folder of label files.")
      }
    }
  }

  /// Whether a file is one object with a list of annotations, as in a COCO dataset. Only the keys
  /// before it are read.
  private static func holdsAnnotations(_ file: LoadedFile) -> Bool {
    var scanner = JSONScanner(file.bytes)
    guard var members = try? scanner.object("detections") else { return false }
    while let key = try? scanner.key(&members) {
      if scanner.matches(key, "annotations") { return true }
      guard !scanner.matches(key, "path"), (try? scanner.skip()) != nil else { return false }
    }
    return false
  }

  /// Reads the detections at a path.
  func read(
    _ path: String, groundTruth: GroundTruth, readsMasks: Bool, tasks: any ParallelExecutor
  ) throws(DatasetsError) -> DetectionSet {
    switch self {
    case .cocoResults:
      return try COCOResultsFile(path, groundTruth: groundTruth, readsMasks: readsMasks).read(
        tasks: tasks)
    case .jsonLines, .yoloFolder, .vocFiles:
      guard !readsMasks else {
        throw DatasetsError(
          file: path, "only COCO's results hold masks; a list of them is expected.")
      }
      return switch self {
      case .yoloFolder: try YOLODetectionFolder(path, groundTruth: groundTruth).read()
      case .vocFiles: try VOCDetectionFiles(path, groundTruth: groundTruth).read()
      default: try DetectionLinesFile(path, groundTruth: groundTruth).read()
      }
    }
  }
}
