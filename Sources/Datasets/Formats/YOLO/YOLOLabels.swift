import Basics
import Imaging

/// A YOLO label file: one object per row, in fractions of the image's width and height.
///
/// `class cx cy w h` for a box, or `class x1 y1 x2 y2 x3 y3 ...` for a polygon, whose bounding box
/// is used. An empty file is an image without objects. Source: Darknet and the dataset page of
/// Ultralytics' documentation.
enum YOLOLabels {
  /// Parses the bytes of a label file; `file` is used in messages.
  ///
  /// Throws if the file is not text; rows that cannot be parsed are reported as issues.
  static func read(
    _ bytes: [UInt8], file: String, classCount: Int, segmentations: Bool
  ) throws(DatasetsError) -> LabelFile {
    let text = try DatasetsError.wrap(FileContents.text(bytes, file: file))
    var labels = LabelFile()
    for (index, line) in FileContents.lines(text).enumerated() {
      let fields = line.split { $0 == " " || $0 == "\t" }
      if fields.isEmpty { continue }
      do {
        labels.objects.append(
          try object(
            fields, file: file, line: index + 1, classCount: classCount,
            segmentations: segmentations))
      } catch {
        labels.issues.append(error)
      }
    }
    if labels.objects.isEmpty, !labels.issues.isEmpty { labels.state = .broken }
    return labels
  }

  private static func object(
    _ fields: [Substring], file: String, line: Int, classCount: Int, segmentations: Bool
  ) throws(DatasetIssue) -> ParsedObject {
    var numbers: [Double] = []
    numbers.reserveCapacity(fields.count)
    for field in fields {
      guard let number = Double(field), number.isFinite else {
        throw DatasetIssue(
          .malformedLabels, file, line: line,
          "\"\(field.prefix(40))\" is not a finite number; a row is \"class cx cy w h\" or "
            + "\"class x1 y1 x2 y2 x3 y3 ...\".")
      }
      numbers.append(number)
    }
    guard numbers.count == 5 || numbers.count >= 7 && numbers.count % 2 == 1 else {
      throw DatasetIssue(
        .malformedLabels, file, line: line,
        "the row has \(numbers.count) numbers; a box has 5, \"class cx cy w h\", and a "
          + "polygon 7, 9, 11 ..., \"class x1 y1 x2 y2 x3 y3 ...\".")
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
