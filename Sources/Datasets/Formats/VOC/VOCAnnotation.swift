import Basics
import Imaging

/// One XML file of Pascal VOC: the objects of an image.
///
/// Corners are 1-based and inclusive there, so that `xmin - 1 ... xmax` is the continuous span;
/// they may have decimals. `part` elements inside an object have boxes too and are no objects.
/// Source: the VOC 2012 development kit, section 4 and VOCreadxml.
struct VOCAnnotation {
  /// A labeled object with its class by name.
  struct Object {
    var className: String
    var box: Box
    var isDifficult: Bool
    /// Glimpse's own mark; others see a difficult object.
    var isCrowd: Bool
    var isTruncated: Bool
    var isOccluded: Bool
    var line: Int
  }

  /// The `filename` element, of which only the last part counts.
  var fileName: String?
  /// The `size` element, where it states a size.
  var size: (width: Int, height: Int)?
  var objects: [Object]
  /// Objects that cannot be understood.
  var issues: [DatasetIssue] = []

  /// Reads a file's bytes; `file` is for messages.
  ///
  /// Throws for what is no annotation at all.
  init(_ bytes: [UInt8], file: String) throws(DatasetsError) {
    let root = try XMLReader.read(bytes, file: file)
    guard root.name == "annotation" else {
      throw DatasetsError(
        file: file, line: root.line,
        "the outermost element is <\(root.name)>, but <annotation> is "
          + "expected; is this a Pascal VOC file?")
    }
    fileName = root.child("filename").map { FilePath.name($0.text) }
    if let size = root.child("size"), let width = Int(size.child("width")?.text ?? ""),
      let height = Int(size.child("height")?.text ?? ""), (1...1_000_000).contains(width),
      (1...1_000_000).contains(height)
    {
      self.size = (width, height)
    }
    objects = []
    for element in root.children where element.name == "object" {
      do {
        objects.append(try Self.object(element))
      } catch {
        issues.append(
          DatasetIssue(
            kind: .malformedLabels, file: file, line: error.line, message: error.sentence))
      }
    }
  }

  /// Why an object is invalid, and where.
  private struct Fault: Error {
    let line: Int
    let sentence: String

    init(_ element: XMLTree, _ sentence: String) {
      line = element.line
      self.sentence = sentence
    }
  }

  private static func object(_ element: XMLTree) throws(Fault) -> Object {
    guard let name = element.child("name").map({ ClassList.name($0.text) }), !name.isEmpty else {
      throw Fault(element, "an <object> has no <name>.")
    }
    guard let box = element.child("bndbox") else {
      throw Fault(element, "the <object> \"\(name)\" has no <bndbox>.")
    }
    func corner(_ name: String) throws(Fault) -> Double {
      guard let value = box.child(name) else { throw Fault(box, "a <bndbox> has no <\(name)>.") }
      guard let number = Double(value.text), number.isFinite else {
        throw Fault(
          value,
          "<\(name)> is \"\(value.text.prefix(40))\", but a number of pixels is expected.")
      }
      return number
    }
    let isCrowd = isTrue(element.child("iscrowd")?.text)
    return Object(
      className: name,
      box: Box(
        x1: try corner("xmin") - 1, y1: try corner("ymin") - 1, x2: try corner("xmax"),
        y2: try corner("ymax")),
      isDifficult: !isCrowd && isTrue(element.child("difficult")?.text), isCrowd: isCrowd,
      isTruncated: isTrue(element.child("truncated")?.text),
      isOccluded: isTrue(element.child("occluded")?.text), line: element.line)
  }

  private static func isTrue(_ text: String?) -> Bool {
    guard let text = text?.lowercased() else { return false }
    return text == "true" || (Int(text) ?? 0) != 0
  }
}
