import Basics
import Imaging

/// Writes CreateML: `SPLIT/_annotations.createml.json` with the images beside it, and a list of the
/// classes, which CreateML has not.
struct CreateMLWriter: FormatWriter {
  static let holds: FormatCapabilities = [.boxes]

  private let classNames: [String]
  private let splits: [String]
  private var lists: [String: [UInt8]] = [:]

  init(classNames: [String], splits: [String]) {
    self.classNames = classNames
    self.splits = splits
  }

  func imagePath(_ name: String, of sample: Sample, split: String) -> String {
    "\(split)/\(name)"
  }

  mutating func add(
    _ sample: Sample, name: String, split: String
  ) throws(DatasetsError) -> [WrittenFile] {
    let objects = sample.annotations.filter { !$0.isCrowd }.map { annotation in
      let box = annotation.writtenBox
      let numbers = [
        ("x", (box.x1 + box.x2) / 2), ("y", (box.y1 + box.y2) / 2), ("width", box.width),
        ("height", box.height),
      ].map { "\"\($0)\":\(NumberFormat.pixels($1))" }.joined(separator: ",")
      return "{\"label\":\(JSONValue.string(classNames[annotation.classIndex]).line),"
        + "\"coordinates\":{\(numbers)}}"
    }
    let separator = lists[split] == nil ? "" : ",\n"
    lists[split, default: []].append(
      contentsOf: (separator + "{\"image\":\(JSONValue.string(name).line),\"annotations\":["
        + (objects.isEmpty ? "" : "\n" + objects.joined(separator: ",\n")) + "]}").utf8)
    return []
  }

  func description() -> [WrittenFile] {
    splits.map {
      WrittenFile(
        "\($0)/_annotations.createml.json",
        pieces: [Array("[\n".utf8), lists[$0] ?? [], Array("\n]\n".utf8)])
    } + [classList(classNames)]
  }
}
