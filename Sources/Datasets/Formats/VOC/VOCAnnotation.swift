import Basics
import Imaging

/// One XML file of Pascal VOC: the objects of an image.
///
/// Corners are 1-based and inclusive, so that the continuous extent is `xmin - 1 ... xmax`;
/// decimals are allowed. `part` elements inside an object have boxes, but are not objects. Source:
/// the VOC 2012 development kit, section 4 and VOCreadxml.
enum VOCAnnotation {
  /// Parses a file's bytes; `file` is used in messages.
  ///
  /// Throws if the file is not an annotation; objects that cannot be parsed are reported as issues.
  /// Of the image's path, only the file name is used.
  static func read(_ bytes: [UInt8], file: String) throws(DatasetsError) -> LabelFile {
    let root = try XMLReader.read(bytes, file: file)
    guard root.name == "annotation" else {
      throw DatasetsError(
        file: file, line: root.line,
        "the outermost element is <\(root.name)>, but <annotation> is "
          + "expected; is this a Pascal VOC file?")
    }
    var labels = LabelFile()
    labels.imageName = root.child("filename").map { FilePath.name(FilePath.portable($0.text)) }
    if let size = root.child("size"), let width = Int(size.child("width")?.text ?? ""),
      let height = Int(size.child("height")?.text ?? ""), (1...1_000_000).contains(width),
      (1...1_000_000).contains(height)
    {
      labels.statedSize = (width, height)
    }
    for element in root.children
    where !["filename", "size", "object"].contains(element.name) && !element.isEmpty {
      labels.unread.add(element.name)
    }
    for element in root.children where element.name == "object" {
      do {
        labels.objects.append(try object(element, &labels.classes, &labels.unread, file: file))
      } catch {
        labels.issues.append(error)
      }
    }
    return labels
  }

  /// Parses an object. Glimpse marks crowds with `iscrowd`; other readers see a difficult object.
  private static func object(
    _ element: XMLTree, _ classes: inout ClassTable, _ unread: inout UnreadMembers, file: String
  ) throws(DatasetIssue) -> ParsedObject {
    func fault(_ element: XMLTree, _ sentence: String) -> DatasetIssue {
      DatasetIssue(
        .malformedLabels, file, line: element.line, "\(sentence) (byte \(element.byte)).")
    }
    guard let name = element.child("name").map({ ClassList.name($0.text) }), !name.isEmpty else {
      throw fault(element, "an <object> has no <name>")
    }
    guard let box = element.child("bndbox") else {
      throw fault(element, "the <object> \"\(name)\" has no <bndbox>")
    }
    func corner(_ name: String) throws(DatasetIssue) -> Double {
      guard let value = box.child(name) else { throw fault(box, "a <bndbox> has no <\(name)>") }
      guard let number = NumberFormat.number(value.text[...]) else {
        throw fault(
          value,
          "<\(name)> is \"\(value.text.prefix(40))\", but a number of pixels is expected")
      }
      return number
    }
    func isTrue(_ name: String) -> Bool {
      guard let text = element.child(name)?.text.lowercased() else { return false }
      return text == "true" || (Int(text) ?? 0) != 0
    }
    let read = [
      "name", "bndbox", "iscrowd", "difficult", "truncated", "occluded",
    ]
    for child in element.children where !read.contains(child.name) && !child.isEmpty {
      unread.add("object.\(child.name)")
    }
    let isCrowd = isTrue("iscrowd")
    let corners = Box(
      x1: try corner("xmin") - 1, y1: try corner("ymin") - 1, x2: try corner("xmax"),
      y2: try corner("ymax"))
    return ParsedObject(
      classIndex: classes.insert(name).index, extent: .pixels(corners), isCrowd: isCrowd,
      isDifficult: !isCrowd && isTrue("difficult"), isTruncated: isTrue("truncated"),
      isOccluded: isTrue("occluded"), byte: element.byte, line: element.line)
  }
}
