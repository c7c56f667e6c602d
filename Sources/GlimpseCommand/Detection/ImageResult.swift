import Glimpse

/// What came of one image.
struct ImageResult: Sendable {
  /// As the user spelled it.
  let path: String
  /// The image's width and height in pixels, upright; nil where it could not be read.
  var width: Int?
  var height: Int?
  /// Boxes in pixels of the original image, the highest score first.
  var detections: [Detection] = []
  /// Milliseconds from pixels to boxes; decoding and drawing are left out.
  var milliseconds = 0.0
  /// The image with its boxes, where it was written.
  var drawing: String?
  /// What was odd about the file, a phrase each.
  var warnings: [String] = []
  /// Why the image could not be read or its results not be written: one sentence.
  var failure: String?
}

extension ImageResult {
  /// "cat.jpg 451x300: 1 cat 0.87 (9.8 ms)": each class with its count and its best score.
  func line(classNames: [String]) -> String {
    var best: [(classIndex: Int, count: Int, score: Float)] = []
    for detection in detections {
      if let place = best.firstIndex(where: { $0.classIndex == detection.classIndex }) {
        best[place].count += 1
        best[place].score = max(best[place].score, detection.score)
      } else {
        best.append((detection.classIndex, 1, detection.score))
      }
    }
    let parts = best.map { item in
      let score = NumberFormat.fixed(Double(item.score), 2)
      return "\(item.count) \(Sentence.printable(classNames[item.classIndex])) \(score)"
    }
    let size = width.flatMap { width in height.map { " \(width)x\($0)" } } ?? ""
    return "\(Sentence.printable(path))\(size): "
      + (parts.isEmpty ? "nothing found" : parts.joined(separator: ", "))
      + " (\(NumberFormat.decimal(milliseconds)) ms)"
  }

  /// One object; boxes as [x1, y1, x2, y2] in pixels of the original image.
  func json(classNames: [String]) -> JSONValue {
    var members = [JSONMember(key: "path", value: .string(path))]
    if let failure { members.append(JSONMember(key: "error", value: .string(failure))) }
    guard let width, let height else { return .object(members) }
    members += [
      JSONMember(key: "width", value: .integer(width)),
      JSONMember(key: "height", value: .integer(height)),
      JSONMember(key: "boxes", value: .array(detections.map { json($0, classNames) })),
      JSONMember(key: "milliseconds", value: .number((milliseconds * 1000).rounded() / 1000)),
    ]
    if let drawing { members.append(JSONMember(key: "drawing", value: .string(drawing))) }
    if !warnings.isEmpty {
      members.append(JSONMember(key: "warnings", value: .array(warnings.map { .string($0) })))
    }
    return .object(members)
  }

  private func json(_ detection: Detection, _ classNames: [String]) -> JSONValue {
    let box = detection.box
    // A hundredth of a pixel is more than any detector can know.
    let corners = [box.x1, box.y1, box.x2, box.y2].map { ($0 * 100).rounded() / 100 }
    return [
      "box": .array(corners.map { .number($0) }),
      "class": .string(classNames[detection.classIndex]),
      "class_index": .integer(detection.classIndex), "score": .single(detection.score),
    ]
  }

  /// Rows of YOLO's label files: class, center, size and score, relative to the image's size.
  var labels: String {
    guard let width, let height else { return "" }
    return detections.map { detection in
      let box = detection.box
      let numbers = [
        box.centerX / Double(width), box.centerY / Double(height), box.width / Double(width),
        box.height / Double(height), Double(detection.score),
      ]
      let text = numbers.map { NumberFormat.fixed($0, 6) }.joined(separator: " ")
      return "\(detection.classIndex) \(text)\n"
    }.joined()
  }
}
