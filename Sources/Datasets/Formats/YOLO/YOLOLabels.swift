import Basics
import Imaging

/// A YOLO label file: one object per row, in fractions of the image's width and height.
///
/// `class cx cy w h` for a box, or `class x1 y1 x2 y2 x3 y3 ...` for a polygon, whose bounding box
/// is used. In a dataset of poses, a row is a box and its key points, `class cx cy w h x1 y1 v1 ...`;
/// key points are not read. An empty file is an image without objects. Source: Darknet and the
/// dataset pages of Ultralytics' documentation.
enum YOLOLabels {
  /// Parses the bytes of a label file; `file` is used in messages.
  ///
  /// - Parameter keyPoints: The key points of each row of a dataset of poses, else nil.
  /// - Throws: if the file is not text; rows that cannot be parsed are reported as issues.
  static func read(
    _ bytes: [UInt8], file: String, classCount: Int, keyPoints: YOLOKeyPoints? = nil,
    segmentations: Bool
  ) throws(DatasetsError) -> LabelFile {
    let text = try DatasetsError.wrap(FileContents.text(bytes, file: file))
    var labels = LabelFile()
    for (index, line) in FileContents.lines(text).enumerated() {
      let fields = line.split { $0 == " " || $0 == "\t" }
      if fields.isEmpty { continue }
      do {
        labels.objects.append(
          try object(
            fields, file: file, line: index + 1, classCount: classCount, keyPoints: keyPoints,
            segmentations: segmentations))
      } catch {
        labels.issues.append(error)
      }
    }
    return labels
  }

  private static func object(
    _ fields: [Substring], file: String, line: Int, classCount: Int, keyPoints: YOLOKeyPoints?,
    segmentations: Bool
  ) throws(DatasetIssue) -> ParsedObject {
    func fault(_ sentence: String) -> DatasetIssue {
      DatasetIssue(.malformedLabels, file, line: line, sentence)
    }
    var numbers: [Double] = []
    numbers.reserveCapacity(fields.count)
    for field in fields {
      guard let number = NumberFormat.number(field) else {
        throw fault(
          "\"\(field.prefix(40))\" is not a finite decimal number; a row is "
            + (keyPoints?.row ?? "\"class cx cy w h\" or \"class x1 y1 x2 y2 x3 y3 ...\"") + "."
            + (field.contains(",") ? " Separate the numbers by spaces." : ""))
      }
      numbers.append(number)
    }
    if let keyPoints {
      guard numbers.count == 5 || numbers.count == 5 + keyPoints.numbers else {
        throw fault(
          "the row has \(numbers.count) numbers; by \"kpt_shape\", a row of a pose is "
            + "\(keyPoints.row): \(5 + keyPoints.numbers) numbers.")
      }
      numbers.removeLast(numbers.count - 5)
    }
    guard numbers.count == 5 || numbers.count >= 7 && numbers.count % 2 == 1 else {
      throw fault(
        "the row has \(numbers.count) numbers; a box has 5, \"class cx cy w h\", and a "
          + "polygon 7, 9, 11 ..., \"class x1 y1 x2 y2 x3 y3 ...\". Rows of poses need the key "
          + "\"kpt_shape\" in data.yaml."
          + (numbers.count == 6
            ? " A sixth number may be a score: labels have none, and detections are evaluated with "
              + "evaluate --detections." : ""))
    }
    guard let classIndex = Int(exactly: numbers[0]), (0..<classCount).contains(classIndex) else {
      throw DatasetIssue(
        .unknownClass, file, line: line,
        "the class \"\(fields[0].prefix(40))\" is not in 0...\(classCount - 1), the "
          + "\(classCount) classes of the dataset.")
    }
    let points = Array(numbers.dropFirst())
    guard points.count > 4, let bounds = Polygon(points).bounds else {
      return ParsedObject(
        classIndex: classIndex,
        extent: .fractions(
          Box(
            x1: points[0] - points[2] / 2, y1: points[1] - points[3] / 2,
            x2: points[0] + points[2] / 2, y2: points[1] + points[3] / 2)), line: line)
    }
    return ParsedObject(
      classIndex: classIndex, extent: .fractions(bounds),
      segmentation: segmentations ? .polygons([points]) : nil, line: line)
  }
}

/// The key points of a YOLO dataset of poses: `kpt_shape: [count, dimensions]`.
struct YOLOKeyPoints: Hashable {
  var count: Int
  /// 2 for x and y, or 3 with a visibility.
  var dimensions: Int

  /// The numbers of a row's key points.
  var numbers: Int { count * dimensions }

  /// The form of a row, for messages.
  var row: String {
    let first = dimensions == 3 ? "x1 y1 v1" : "x1 y1"
    return "\"class cx cy w h \(first) ...\" with \(count) key points"
  }
}
