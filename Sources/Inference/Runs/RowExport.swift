import Basics
import Datasets

/// Converts the rows of `detect` into files of other programs, row by row.
package struct RowExport: ~Copyable {
  /// The form of the file.
  package enum Form: String, CaseIterable, Sendable {
    /// The rows themselves.
    case rows
    /// COCO results: a list of detections.
    case coco
    /// One line per box, and one for each image without any.
    case csv
    /// MegaDetector's batch output, as Timelapse reads it.
    case megadetector
  }

  private let form: Form
  private let ids: COCOResultIds
  private var isFirst = true
  private var categories: [Int: String] = [:]

  /// - Parameter ids: The ids of images and categories in COCO results.
  package init(_ form: Form, ids: COCOResultIds = COCOResultIds()) {
    (self.form, self.ids) = (form, ids)
  }

  /// The text before the first row.
  package var start: String {
    switch form {
    case .rows: ""
    case .coco: "["
    case .csv: "index,id,path,status,error,width,height,class,class_index,score,x1,y1,x2,y2\n"
    case .megadetector:
      "{\"info\":{\"format_version\":\"1.4\",\"detector\":\"glimpse\"},\"images\":["
    }
  }

  /// The text of a row.
  ///
  /// - Throws: `InferenceError` for a row that is not one of `detect`, and for an image without an id.
  package mutating func text(_ line: [UInt8]) throws(InferenceError) -> String {
    guard form != .rows else { return String(decoding: line, as: UTF8.self) + "\n" }
    guard let value = try? JSONValue(parsing: line), let row = DetectionRow(value) else {
      throw InferenceError("the row is not one of glimpse detect")
    }
    switch form {
    case .rows: return ""
    case .coco: return try separated(results(row))
    case .csv: return Self.lines(row)
    case .megadetector: return separated([image(row)])
    }
  }

  /// The text after the last row.
  package var end: String {
    switch form {
    case .rows, .csv: ""
    case .coco: "]\n"
    case .megadetector:
      "],\"detection_categories\":"
        + JSONValue.object(
          categories.sorted { $0.key < $1.key }.map {
            JSONMember(key: "\($0.key + 1)", value: .string($0.value))
          }
        ).line + "}\n"
    }
  }

  private mutating func separated(_ values: [JSONValue]) -> String {
    guard !values.isEmpty else { return "" }
    defer { isFirst = false }
    return (isFirst ? "\n" : ",\n") + values.map(\.line).joined(separator: ",\n")
  }

  private func results(_ row: DetectionRow) throws(InferenceError) -> [JSONValue] {
    guard !row.boxes.isEmpty else { return [] }
    let image = try ids.image(row.path)
    return try row.boxes.map { found throws(InferenceError) in
      let (x1, y1, x2, y2) = found.corners
      return [
        "image_id": image.json, "category_id": try ids.category(found.name, found.index).json,
        "bbox": .array([x1, y1, x2 - x1, y2 - y1].map { .number(Self.rounded($0)) }),
        "score": .number(found.score),
      ]
    }
  }

  /// Differences of hundredths, without the noise of binary fractions.
  private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

  private static func lines(_ row: DetectionRow) -> String {
    func quoted(_ cell: String) -> String {
      cell.contains { ",\"\n\r".contains($0) }
        ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
    }
    let image = [
      "\(row.index)", row.id, row.path, row.error == nil ? "ok" : "failed", row.error ?? "",
      row.size.map { "\($0.width)" } ?? "", row.size.map { "\($0.height)" } ?? "",
    ].map(quoted)
    let boxes = row.boxes.map { found in
      let (x1, y1, x2, y2) = found.corners
      return [quoted(found.name), "\(found.index)"]
        + [found.score, x1, y1, x2, y2].map { "\($0)" }
    }
    return (boxes.isEmpty ? [[String](repeating: "", count: 7)] : boxes)
      .map { (image + $0).joined(separator: ",") + "\n" }.joined()
  }

  private mutating func image(_ row: DetectionRow) -> JSONValue {
    guard row.error == nil, let size = row.size else {
      return ["file": .string(row.path), "failure": .string(row.error ?? "no size")]
    }
    let (width, height) = (Double(size.width), Double(size.height))
    for found in row.boxes { categories[found.index] = found.name }
    return [
      "file": .string(row.path),
      "detections": .array(
        row.boxes.map { found in
          let (x1, y1, x2, y2) = found.corners
          let box = [x1 / width, y1 / height, (x2 - x1) / width, (y2 - y1) / height]
          return [
            "category": .string("\(found.index + 1)"), "conf": .number(found.score),
            "bbox": .array(box.map { .number(($0 * 1e6).rounded() / 1e6) }),
          ]
        }),
    ]
  }
}

/// A row of `detect`.
private struct DetectionRow {
  struct Found {
    let corners: (Double, Double, Double, Double)
    let name: String
    let index: Int
    let score: Double
  }

  let index: Int
  let id: String
  let path: String
  let error: String?
  let size: (width: Int, height: Int)?
  private(set) var boxes: [Found] = []

  /// Nil for other values.
  init?(_ row: JSONValue) {
    guard let index = row["index"]?.whole, let id = row["id"]?.text, let path = row["path"]?.text,
      row["status"] != nil
    else { return nil }
    (self.index, self.id, self.path, error) = (index, id, path, row["error"]?.text)
    size = row["width"]?.whole.flatMap { width in row["height"]?.whole.map { (width, $0) } }
    guard case .array(let boxes)? = row["boxes"] else {
      if error == nil { return nil }
      return
    }
    for found in boxes {
      guard case .array(let corners)? = found["box"], corners.count == 4,
        let name = found["class"]?.text, let index = found["class_index"]?.whole,
        let score = found["score"]?.double
      else { return nil }
      let numbers = corners.compactMap(\.double)
      guard numbers.count == 4 else { return nil }
      self.boxes.append(
        Found(
          corners: (numbers[0], numbers[1], numbers[2], numbers[3]), name: name, index: index,
          score: score))
    }
  }
}

/// The ids of images and categories in COCO results.
package struct COCOResultIds: Sendable {
  private var images: (names: ImageNames, ids: [ItemId])?
  private var categories: [String: ItemId] = [:]

  /// Ids of file names that are numbers, as COCO's are, and categories from 1.
  package init() {}

  /// The ids of an annotation file: images by path or file name, categories by name.
  ///
  /// - Parameter renames: Classes that the file has under another name than the rows.
  /// - Throws: `DatasetsError` for a file that is no COCO annotation file, or without such a class.
  package init(annotations path: String, renames: [ClassRename] = []) throws(DatasetsError) {
    let join = COCOJoin(try COCOFile(path, segmentations: false, requiresExtents: false))
    let entries = join.images.map {
      GroundTruth.ImageEntry(name: $0.name, id: $0.id, width: $0.width, height: $0.height)
    }
    images = (ImageNames(entries), join.images.map(\.id))
    categories = Dictionary(
      join.categories.map { ($0.name, $0.id) }, uniquingKeysWith: { first, _ in first })
    for rename in renames {
      guard let id = categories[rename.groundTruth] else {
        throw DatasetsError(
          file: path, "there is no class \(Sentence.quoted(rename.groundTruth)), which --map names."
        )
      }
      categories[rename.predicted] = id
    }
  }

  fileprivate func image(_ path: String) throws(InferenceError) -> ItemId {
    guard let images else {
      let stem = FilePath.stem(FilePath.name(path))
      // 000000397133.jpg is the image 397133.
      return Int(stem).map(ItemId.number) ?? .text(stem)
    }
    guard let index = images.names[path] else {
      throw InferenceError("\(path) is missing or ambiguous in the annotations")
    }
    return images.ids[index]
  }

  fileprivate func category(_ name: String, _ index: Int) throws(InferenceError) -> ItemId {
    guard images != nil else { return .number(index + 1) }
    guard let id = categories[name] else {
      let other = ClassRename.suggestions(for: [name], in: Array(categories.keys)).first
      throw InferenceError(
        "the class \(Sentence.quoted(name)) is not in the annotations; --map "
          + "\(Sentence.quoted(other?.optionText ?? "\(name)=...")) gives its name there")
    }
    return id
  }
}

extension ItemId {
  fileprivate var json: JSONValue {
    switch self {
    case .number(let number): .integer(number)
    case .text(let text): .string(text)
    }
  }
}
