import Basics
import Datasets
import Imaging

/// A table of Open Images: values separated by commas, below a line of column names, with boxes in
/// fractions of the image's width and height.
///
/// Source: "Data Formats" of Open Images, and the tables that `oid_od_challenge_evaluation.py` of
/// TensorFlow's object_detection reads.
struct OpenImagesTable {
  let path: String
  private let names: [Substring]
  private let lines: ArraySlice<Substring>

  /// A row below the column names.
  struct Row {
    /// The line in the file, from 1.
    let line: Int
    fileprivate let fields: [Substring]
    fileprivate let path: String

    subscript(column: Int) -> String { String(fields[column]) }

    /// The finite number of a column.
    func number(_ column: Int) throws(DatasetsError) -> Double {
      guard let number = NumberFormat.number(fields[column]) else {
        throw DatasetsError(
          file: path, line: line,
          "a number is expected in column \(column + 1), but is "
            + "\(Sentence.quoted(String(fields[column].prefix(60)))).")
      }
      return number
    }
  }

  init(_ path: String) throws(DatasetsError) {
    self.path = path
    guard let text = try DatasetsError.wrap(FileContents.text(path)) else { throw .missing(path) }
    let all = FileContents.lines(text)
    names = all[0].split(separator: ",", omittingEmptySubsequences: false)
      .map(FileContents.trimmed)
    lines = all.dropFirst()
  }

  /// The index of a column; nil if there is none of this name.
  func column(_ name: String) -> Int? { names.firstIndex { $0 == name } }

  /// The index of a column that must exist.
  func required(_ name: String, of expected: String) throws(DatasetsError) -> Int {
    if let column = column(name) { return column }
    throw DatasetsError(
      file: path, line: 1,
      "there is no column \(Sentence.quoted(name)); a table of Open Images is expected, with the "
        + "columns \(expected).")
  }

  /// Visits all rows that are not empty, each with one field per column.
  func forEachRow(_ visit: (Row) throws(DatasetsError) -> Void) throws(DatasetsError) {
    for (index, line) in lines.enumerated() where !line.isEmpty {
      let row = Row(
        line: index + 2, fields: line.split(separator: ",", omittingEmptySubsequences: false),
        path: path)
      guard row.fields.count == names.count else {
        throw DatasetsError(
          file: path, line: row.line,
          "the row has \(Sentence.count(row.fields.count, "field")), but there are "
            + "\(Sentence.count(names.count, "column")).")
      }
      try visit(row)
    }
  }
}

/// The columns of a table of boxes.
struct OpenImagesBoxColumns {
  let image: Int
  let label: Int
  private let sides: [Int]

  /// - Parameter expected: The columns of the table, for messages.
  init(_ table: OpenImagesTable, expected: String) throws(DatasetsError) {
    image = try table.required("ImageID", of: expected)
    label = try table.required("LabelName", of: expected)
    var sides: [Int] = []
    for name in ["XMin", "XMax", "YMin", "YMax"] {
      sides.append(try table.required(name, of: expected))
    }
    self.sides = sides
  }

  /// The box of a row in an image of a size in pixels.
  func box(
    _ row: OpenImagesTable.Row, width: Int, height: Int
  ) throws(DatasetsError) -> SizedBox {
    let (left, right) = (try row.number(sides[0]), try row.number(sides[1]))
    let (top, bottom) = (try row.number(sides[2]), try row.number(sides[3]))
    return SizedBox(
      x: left * Double(width), y: top * Double(height), width: (right - left) * Double(width),
      height: (bottom - top) * Double(height))
  }
}

/// Detections in a table, as TensorFlow's evaluation of the Open Images challenge reads them.
struct OpenImagesDetections {
  static let columns = "ImageID, LabelName, Score, XMin, XMax, YMin, YMax"
  private let table: OpenImagesTable
  private let groundTruth: GroundTruth

  init(_ path: String, groundTruth: GroundTruth) throws(DatasetsError) {
    table = try OpenImagesTable(path)
    self.groundTruth = groundTruth
  }

  func read() throws(DatasetsError) -> DetectionSet {
    let columns = try OpenImagesBoxColumns(table, expected: Self.columns)
    let score = try table.required("Score", of: Self.columns)
    let names = ImageNames(groundTruth.images)
    let classIndices = groundTruth.classIndices
    var set = DetectionSet()
    try table.forEachRow { (row) throws(DatasetsError) in
      let place = "\(table.path):\(row.line)"
      guard let image = names[row[columns.image]] else {
        set.mismatches.add(
          .unknownImage,
          "\(place): the image \(Sentence.quoted(row[columns.image])) is missing or ambiguous in "
            + groundTruth.path)
        return
      }
      guard let classIndex = classIndices[row[columns.label]] else {
        set.mismatches.add(
          unknownClass: row[columns.label],
          "the class \(Sentence.quoted(row[columns.label])) is not in \(groundTruth.path)",
          at: place)
        return
      }
      let size = try groundTruth.size(of: image)
      set.append(
        image: image, classIndex: classIndex,
        box: try columns.box(row, width: size.width, height: size.height),
        score: try row.number(score), groundTruth: groundTruth, place: place)
    }
    return set
  }
}
