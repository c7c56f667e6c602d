import Basics
import Imaging

extension ImageResult where Prediction == [Detection] {
  /// A line of `detect --json`; boxes as [x1, y1, x2, y2] in pixels of the original image.
  package func json(classNames: [String]) -> JSONValue {
    var members = [JSONMember(key: "path", value: .string(path))]
    if let failure { members.append(JSONMember(key: "error", value: .string("\(failure)"))) }
    guard let image else { return .object(members) }
    let boxes = (prediction ?? []).map { json($0, classNames) }
    members += [
      JSONMember(key: "width", value: .integer(image.originalWidth)),
      JSONMember(key: "height", value: .integer(image.originalHeight)),
      JSONMember(key: "boxes", value: .array(boxes)),
      JSONMember(key: "milliseconds", value: .number((milliseconds * 1000).rounded() / 1000)),
    ]
    if let drawing { members.append(JSONMember(key: "drawing", value: .string(drawing))) }
    if !image.warnings.isEmpty {
      members.append(
        JSONMember(key: "warnings", value: .array(image.warnings.map { .string($0) })))
    }
    return .object(members)
  }

  private func json(_ detection: Detection, _ classNames: [String]) -> JSONValue {
    let box = detection.box
    let corners = [box.x1, box.y1, box.x2, box.y2].map { ($0 * 100).rounded() / 100 }
    return [
      "box": .array(corners.map { .number($0) }),
      "class": .string(classNames[detection.classIndex]),
      "class_index": .integer(detection.classIndex), "score": .single(detection.score),
    ]
  }

  /// Rows of a YOLO label file: class, center, size and score, relative to the image's size.
  var labelRows: String {
    guard let image else { return "" }
    let (width, height) = (Double(image.originalWidth), Double(image.originalHeight))
    return (prediction ?? []).map { detection in
      let box = detection.box
      let numbers = [
        box.centerX / width, box.centerY / height, box.width / width, box.height / height,
        Double(detection.score),
      ]
      let text = numbers.map { NumberFormat.fixed($0, 6) }.joined(separator: " ")
      return "\(detection.classIndex) \(text)\n"
    }.joined()
  }
}
