import Basics
import Imaging

/// One text file of YOLO labels: a row per object, in fractions of the image.
///
/// `class cx cy w h`, or `class x1 y1 x2 y2 x3 y3 ...` for a polygon, whose box is the enclosing one.
/// An empty file is an image without objects. Source: Darknet and the data-set page of
/// Ultralytics' documentation.
struct YOLOLabels {
  private(set) var objects: [ParsedObject] = []
  /// Rows that cannot be understood.
  private(set) var issues: [DatasetIssue] = []

  /// Reads the bytes of a label file; `file` is for messages.
  ///
  /// Throws for what is no text.
  init(
    _ bytes: [UInt8], file: String, classCount: Int, segmentations: Bool
  ) throws(DatasetsError) {
    for (index, line) in FileContents.lines(
      try DatasetsError.wrap(FileContents.text(bytes, file: file))
    ).enumerated() {
      let fields = line.split { $0 == " " || $0 == "\t" }
      if fields.isEmpty { continue }
      do {
        var object = try Self.object(fields, classCount: classCount, segmentations: segmentations)
        object.line = index + 1
        objects.append(object)
      } catch {
        issues.append(
          DatasetIssue(kind: error.kind, file: file, line: index + 1, message: error.sentence))
      }
    }
  }

  /// Why a row is invalid.
  private struct Fault: Error {
    var kind = DatasetIssue.Kind.malformedLabels
    let sentence: String
  }

  private static func object(
    _ fields: [Substring], classCount: Int, segmentations: Bool
  ) throws(Fault) -> ParsedObject {
    var numbers: [Double] = []
    numbers.reserveCapacity(fields.count)
    for field in fields {
      guard let number = Double(field), number.isFinite else {
        throw Fault(
          sentence:
            "\"\(field.prefix(40))\" is not a finite number; a row is \"class cx cy w h\" or "
            + "\"class x1 y1 x2 y2 x3 y3 ...\".")
      }
      numbers.append(number)
    }
    guard numbers.count == 5 || numbers.count >= 7 && numbers.count % 2 == 1 else {
      throw Fault(
        sentence: "the row has \(numbers.count) numbers; a box has 5, \"class cx cy w h\", and a "
          + "polygon 7, 9, 11 ..., \"class x1 y1 x2 y2 x3 y3 ...\".")
    }
    guard let classIndex = Int(exactly: numbers[0]), (0..<classCount).contains(classIndex) else {
      throw Fault(
        kind: .unknownClass,
        sentence: "the class \"\(fields[0].prefix(40))\" is not in 0...\(classCount - 1), the "
          + "\(classCount) classes of the dataset.")
    }
    if numbers.count == 5 {
      return ParsedObject(
        classIndex: classIndex,
        extent: .fractions(
          Box(
            x1: numbers[1] - numbers[3] / 2, y1: numbers[2] - numbers[4] / 2,
            x2: numbers[1] + numbers[3] / 2, y2: numbers[2] + numbers[4] / 2)))
    }
    let points = numbers.dropFirst()
    return ParsedObject(
      classIndex: classIndex, extent: .fractions(enclosing(points)),
      segmentation: segmentations ? .polygons([Array(points)]) : nil)
  }

  /// The smallest box around the points x1 y1 x2 y2 ...
  private static func enclosing(_ points: ArraySlice<Double>) -> Box {
    var box = Box(x1: .infinity, y1: .infinity, x2: -.infinity, y2: -.infinity)
    for index in stride(from: points.startIndex, to: points.endIndex - 1, by: 2) {
      box.x1 = min(box.x1, points[index])
      box.x2 = max(box.x2, points[index])
      box.y1 = min(box.y1, points[index + 1])
      box.y2 = max(box.y2, points[index + 1])
    }
    return box
  }
}
