import Basics
import Datasets
import Imaging

/// A folder of YOLO label files with scores, one per image and with its stem.
///
/// Written by `glimpse detect --save-txt --save-conf`, and by Ultralytics' `predict` and `val` with
/// `save_conf`. An image without a file has no detections. The classes are matched by name where a
/// class list, `classes.txt`, lies in the folder or beside it, and otherwise by number.
struct YOLODetectionFolder {
  private let folder: String
  private let groundTruth: GroundTruth
  /// The class list of the detections; nil without a file.
  private let classNames: [String]?
  /// The ground truth's class of each class number; nil for a class that it does not list.
  private let classIndices: [Int?]

  init(_ path: String, groundTruth: GroundTruth) throws(DatasetsError) {
    let inner = FilePath.join(path, "labels")
    folder = FileContents.entry(inner) == .folder ? inner : path
    self.groundTruth = groundTruth
    // `detect` writes the class list into the folder that contains labels/.
    let whole = FilePath.normalized(path)
    let folders = FilePath.name(whole) == "labels" ? [path, FilePath.folder(whole)] : [path]
    var listed: [String]?
    for folder in folders where listed == nil {
      listed = try ClassList.listed(in: folder, isNumbered: true)
    }
    classNames = listed
    let known = groundTruth.classIndices
    classIndices = listed.map { $0.map { known[$0] } } ?? groundTruth.classNames.indices.map { $0 }
  }

  /// Reads all files, in the order of the ground truth's images.
  ///
  /// - Throws: `DatasetsError` for rows that cannot be parsed and for rows without a score.
  func read() throws(DatasetsError) -> DetectionSet {
    var set = DetectionSet()
    let files = try DatasetsError.wrap(FileContents.names(in: folder)).filter {
      FilePath.ending($0) == "txt" && !["classes.txt", "labels.txt"].contains($0)
    }
    if files.isEmpty {
      throw DatasetsError(
        file: folder,
        "the folder holds no .txt files; one label file per image is expected, with rows "
          + "\"class cx cy w h score\".")
    }
    if classNames == nil {
      set.notes.append(
        "\(folder): there is no classes.txt; class numbers are taken as those of "
          + "\(groundTruth.path), where 0 is \"\(groundTruth.classNames.first ?? "")\"")
    }
    var rows = 0
    var unscored: [String] = []
    for (image, file) in images(of: files, &set).sorted(by: { $0.key < $1.key }) {
      let text = try DatasetsError.wrap(FileContents.text(file)) ?? ""
      for (index, line) in FileContents.lines(text).enumerated() {
        let fields = line.split { $0 == " " || $0 == "\t" }
        if fields.isEmpty { continue }
        rows += 1
        let place = "\(file):\(index + 1)"
        let row = try YOLODetectionRow(fields, file: file, line: index + 1)
        if row.score == nil { unscored.append(place) }
        try add(row, image: image, place: place, to: &set)
      }
    }
    if let first = unscored.first {
      throw DatasetsError(
        file: folder,
        "\(unscored.count) of \(Sentence.count(rows, "row")) have no score, the first at \(first); "
          + "average precision ranks detections by score: write label files with "
          + "\"class cx cy w h score\" (detect --save-txt --save-conf, or save_conf).")
    }
    return set
  }

  /// The label file of each image that has one.
  private func images(of files: [String], _ set: inout DetectionSet) -> [Int: String] {
    let names = ImageNames(groundTruth.images)
    var unknown = UnknownImages(groundTruth, names: names)
    var fileOf: [Int: String] = [:]
    for name in files {
      let path = FilePath.join(folder, name)
      guard let image = names[FilePath.stem(name)] else {
        set.mismatches.add(.unknownImage, "\(path): \(unknown.reason(FilePath.stem(name)))")
        continue
      }
      if let other = fileOf.updateValue(path, forKey: image) {
        set.mismatches.add(.duplicate, "\(path): it is of the same image as \(other)")
      }
    }
    return fileOf
  }

  private func add(
    _ row: YOLODetectionRow, image: Int, place: String, to set: inout DetectionSet
  ) throws(DatasetsError) {
    guard classIndices.indices.contains(row.classIndex) else {
      set.mismatches.add(
        unknownClass: "\(row.classIndex)",
        "the class \(row.classIndex) is not in 0...\(classIndices.count - 1)", at: place)
      return
    }
    guard let classIndex = classIndices[row.classIndex] else {
      set.mismatches.add(
        unknownClass: classNames?[row.classIndex] ?? "",
        "the class \(row.classIndex), \"\(classNames?[row.classIndex] ?? "")\" in "
          + "classes.txt, is not in \(groundTruth.path)", at: place)
      return
    }
    let size = try groundTruth.size(of: image)
    let (width, height) = (Double(size.width), Double(size.height))
    set.append(
      image: image, classIndex: classIndex,
      box: SizedBox(
        x: row.box.x * width, y: row.box.y * height, width: row.box.width * width,
        height: row.box.height * height),
      score: row.score ?? 0, groundTruth: groundTruth, place: place)
  }
}

/// A row of a label file of detections, in fractions of the image's width and height.
private struct YOLODetectionRow {
  let classIndex: Int
  let box: SizedBox
  /// Nil in a row without a score.
  let score: Double?

  /// Parses `class cx cy w h`, then optionally a score and the id of a track; or a polygon, `class
  /// x1 y1 x2 y2 x3 y3 ...`, then optionally a score: its bounding box is used.
  init(_ fields: [Substring], file: String, line: Int) throws(DatasetsError) {
    func fail(_ sentence: String) -> DatasetsError {
      DatasetsError(file: file, line: line, sentence)
    }
    let numbers = fields.compactMap { NumberFormat.number($0) }
    guard numbers.count == fields.count, numbers.count >= 5,
      let classIndex = Int(exactly: numbers[0])
    else {
      throw fail(
        "a row is expected to be \"class cx cy w h score\", finite numbers in fractions of the "
          + "image, but is \"\(fields.joined(separator: " ").prefix(60))\".")
    }
    self.classIndex = classIndex
    let isTracked = numbers.count == 7 && numbers[6] >= 1 && numbers[6] == numbers[6].rounded()
    if numbers.count < 7 || isTracked {
      box = SizedBox(
        x: numbers[1] - numbers[3] / 2, y: numbers[2] - numbers[4] / 2, width: numbers[3],
        height: numbers[4])
      score = numbers.count > 5 ? numbers[5] : nil
    } else {
      let isScored = numbers.count % 2 == 0
      guard let bounds = Polygon(Array(numbers[1..<numbers.count - (isScored ? 1 : 0)])).bounds
      else {
        throw fail("the polygon has no corners.")
      }
      box = SizedBox(bounds)
      score = isScored ? numbers.last : nil
    }
    if let score, !(0...1).contains(score) {
      throw fail(
        "the score \(score) is not in 0 to 1; the column after the box is expected to be the "
          + "confidence, not a percentage or the id of a track.")
    }
  }
}
