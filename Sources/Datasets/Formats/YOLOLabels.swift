import Imaging

/// One text file of YOLO labels: a row an object, in fractions of the picture.
///
/// `class cx cy w h`, or `class x1 y1 x2 y2 x3 y3 ...` for a polygon, of which the enclosing box is
/// taken. An empty file is a picture without objects. Source: Darknet and the data-set page of
/// Ultralytics' documentation.
enum YOLOLabels {
  /// Reads the text of a label file; `file` is for messages.
  static func read(
    _ text: String, file: String, classCount: Int
  ) throws(DatasetsError) -> [RawObject] {
    var objects: [RawObject] = []
    for (index, line) in FileContents.lines(text).enumerated() {
      let fields = line.split { $0 == " " || $0 == "\t" }
      if fields.isEmpty { continue }
      objects.append(try object(fields, file: file, line: index + 1, classCount: classCount))
    }
    return objects
  }

  private static func object(
    _ fields: [Substring], file: String, line: Int, classCount: Int
  ) throws(DatasetsError) -> RawObject {
    var numbers: [Double] = []
    for field in fields {
      guard let number = Double(field), number.isFinite else {
        throw DatasetsError(
          file: file, line: line,
          "\"\(field.prefix(40))\" is not a finite number; a row is \"class "
            + "cx cy w h\" or \"class x1 y1 x2 y2 x3 y3 ...\".")
      }
      numbers.append(number)
    }
    guard numbers.count == 5 || numbers.count >= 7 && numbers.count % 2 == 1 else {
      throw DatasetsError(
        file: file, line: line,
        "the row has \(numbers.count) numbers; a box has 5, \"class cx cy w "
          + "h\", and a polygon 7, 9, 11 ..., \"class x1 y1 x2 y2 x3 y3 ...\".")
    }
    guard let classIndex = Int(exactly: numbers[0]), (0..<classCount).contains(classIndex) else {
      throw DatasetsError(
        file: file, line: line,
        "the class \"\(fields[0].prefix(40))\" is not in "
          + "0...\(classCount - 1), the \(classCount) classes of the data set.")
    }
    let extent: Box
    if numbers.count == 5 {
      extent = Box(
        x1: numbers[1] - numbers[3] / 2, y1: numbers[2] - numbers[4] / 2,
        x2: numbers[1] + numbers[3] / 2, y2: numbers[2] + numbers[4] / 2)
    } else {
      extent = enclosing(numbers.dropFirst())
    }
    return RawObject(
      classIndex: classIndex, extent: .fractions(extent), line: line)
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
