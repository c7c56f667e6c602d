import Basics
import Imaging

/// Writes CreateML: `SPLIT/_annotations.createml.json` beside the images, and a class list, which
/// is not part of CreateML.
struct CreateMLWriter: FormatWriter {
  static let holds: FormatCapabilities = [.boxes]

  private let classNames: [String]
  private let splits: [String]
  private var lists: [String: JSONWriter] = [:]

  init(classNames: [String], splits: [String]) {
    self.classNames = classNames
    self.splits = splits
  }

  mutating func add(
    _ sample: Sample, name: String, split: String
  ) throws(DatasetsError) -> [WrittenFile] {
    var objects = JSONWriter(separator: ",\n")
    for annotation in sample.annotations where !annotation.isCrowd {
      let box = annotation.writtenBox
      objects.object {
        $0.member("label", classNames[annotation.classIndex])
        $0.object("coordinates") {
          for (key, value) in [
            ("x", (box.x1 + box.x2) / 2), ("y", (box.y1 + box.y2) / 2), ("width", box.width),
            ("height", box.height),
          ] {
            $0.member(key, JSONText(NumberFormat.pixels(value)))
          }
        }
      }
    }
    let lines = objects.bytes.isEmpty ? "[]" : "[\n\(objects.text)]"
    lists[split, default: JSONWriter(separator: ",\n")].object {
      $0.member("image", name)
      $0.member("annotations", JSONText(lines))
    }
    return []
  }

  func description() -> [WrittenFile] {
    splits.map {
      WrittenFile(
        path: "\($0)/_annotations.createml.json",
        pieces: [Array("[\n".utf8), lists[$0]?.bytes ?? [], Array("\n]\n".utf8)])
    } + [classList(classNames)]
  }
}
