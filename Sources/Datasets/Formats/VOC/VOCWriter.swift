import Basics
import Imaging

/// Writes Pascal VOC: `Annotations/`, `JPEGImages/` and the splits in `ImageSets/Main/`.
///
/// A class list and the element `iscrowd` of crowd objects are written too, which are not part of
/// VOC. Crowds are also marked difficult for other readers.
struct VOCWriter: FormatWriter {
  static let holds: FormatCapabilities = [.boxes, .crowds, .marks]

  private let classNames: [String]
  private var lists: [String: String] = [:]
  private let splits: [String]

  init(classNames: [String], splits: [String]) {
    self.classNames = classNames
    self.splits = splits
  }

  func imagePath(_ name: String, of sample: Sample, split: String) -> String {
    "JPEGImages/\(name)"
  }

  mutating func add(
    _ sample: Sample, name: String, split: String
  ) throws(DatasetsError) -> [WrittenFile] {
    lists[split, default: ""] += FilePath.stem(name) + "\n"
    var text = """
      <annotation>
      \t<filename>\(Self.escaped(name))</filename>
      \t<size><width>\(sample.imageWidth)</width><height>\(sample.imageHeight)</height>\
      <depth>3</depth></size>

      """
    for annotation in sample.annotations {
      let box = annotation.writtenBox
      // Pixels count from 1, and the maximum corner is inclusive.
      let corners = [
        ("xmin", box.x1 + 1), ("ymin", box.y1 + 1), ("xmax", box.x2), ("ymax", box.y2),
      ].map { "<\($0)>\(NumberFormat.pixels($1))</\($0)>" }.joined()
      func mark(_ isSet: Bool) -> Int { isSet ? 1 : 0 }
      text += """
        \t<object>
        \t\t<name>\(Self.escaped(classNames[annotation.classIndex]))</name>
        \t\t<truncated>\(mark(annotation.isTruncated))</truncated>\
        <occluded>\(mark(annotation.isOccluded))</occluded>\
        <difficult>\(mark(annotation.isDifficult || annotation.isCrowd))</difficult>\
        \(annotation.isCrowd ? "<iscrowd>1</iscrowd>" : "")
        \t\t<bndbox>\(corners)</bndbox>
        \t</object>

        """
    }
    return [WrittenFile("Annotations/\(FilePath.stem(name)).xml", text + "</annotation>\n")]
  }

  func description() -> [WrittenFile] {
    splits.map { WrittenFile("ImageSets/Main/\($0).txt", lists[$0] ?? "") }
      + [classList(classNames)]
  }

  private static let entities: [Unicode.Scalar: String] = ["&": "&amp;", "<": "&lt;", ">": "&gt;"]

  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.map { entities[$0] ?? String($0) }.joined()
  }
}
