import Basics
import Imaging

/// The content of a CreateML annotation file.
struct CreateMLFile {
  /// The labels of each image, and the line at which they begin.
  private(set) var images: [(labels: LabelFile, line: Int)] = []
  /// Members that are not read.
  private(set) var unread: UnreadMembers
  /// List elements that are valid JSON but violate the format.
  private(set) var issues: [DatasetIssue] = []
  private let file: LoadedFile
  private var lines: LineCounter

  /// Reads a whole file; throws if it is not JSON or not a list.
  init(_ path: String, countsUnread: Bool = false) throws(DatasetsError) {
    unread = UnreadMembers(isCounting: countsUnread)
    file = try DatasetsError.wrap(LoadedFile.certainJSON(path))
    lines = LineCounter(file.bytes)
    var scanner = JSONScanner(file.bytes)
    do throws(JSONFault) {
      try elements(&scanner, "of images, as CreateML's files are") {
        (file, scanner) throws(JSONFault) in
        file.images.append(try file.image(&scanner))
      }
      guard scanner.isAtEnd() else { throw scanner.unexpected("the end of the file") }
    } catch {
      throw file.error(error)
    }
  }

  /// Parses a list; elements that violate the format are reported as issues.
  private mutating func elements(
    _ scanner: inout JSONScanner, _ what: StaticString,
    _ take: (inout CreateMLFile, inout JSONScanner) throws(JSONFault) -> Void
  ) throws(JSONFault) {
    let list = try scanner.array(what)
    try scanner.elements(of: list) { (scanner) throws(JSONFault) in
      try take(&self, &scanner)
    } skipping: { fault in
      issues.report(fault, file.path, line: lines.line(at: fault.offset))
    }
  }

  private mutating func image(
    _ scanner: inout JSONScanner
  ) throws(JSONFault) -> (labels: LabelFile, line: Int) {
    scanner.skipSpace()
    let start = scanner.offset
    let line = lines.line(at: start)
    var image = LabelFile()
    var members = try scanner.object("an image")
    while let key = try scanner.member(&members) {
      // Older files use "imagefilename" and "annotation".
      if ["image", "imagefilename"].contains(where: { scanner.matches(key, $0) }) {
        image.imageName = try scanner.name()
      } else if ["annotations", "annotation"].contains(where: { scanner.matches(key, $0) }) {
        try elements(&scanner, "the objects of an image") { (file, scanner) throws(JSONFault) in
          image.objects.append(try file.object(&scanner, &image.classes))
        }
      } else {
        try unread.skip(&scanner, key, of: "")
      }
    }
    if (image.imageName ?? "").isEmpty {
      throw JSONFault("an image has no \"image\", its file", at: start)
    }
    return (image, line)
  }

  private mutating func object(
    _ scanner: inout JSONScanner, _ classes: inout ClassTable
  ) throws(JSONFault) -> ParsedObject {
    scanner.skipSpace()
    let start = scanner.offset
    var label = ""
    var box: Box?
    var members = try scanner.object("an object")
    while let key = try scanner.member(&members) {
      if scanner.matches(key, "label") {
        label = ClassList.name(try scanner.name())
      } else if scanner.matches(key, "coordinates") {
        box = try Self.box(&scanner)
      } else {
        try unread.skip(&scanner, key, of: "annotations")
      }
    }
    if label.isEmpty { throw JSONFault("an object has no \"label\"", at: start) }
    guard let box else { throw JSONFault("an object has no \"coordinates\"", at: start) }
    return ParsedObject(
      classIndex: classes.insert(label).index, extent: .pixels(box), byte: start,
      line: lines.line(at: start))
  }

  /// Parses a box, given as center and size, to corners.
  private static func box(_ scanner: inout JSONScanner) throws(JSONFault) -> Box {
    let start = scanner.offset
    var met = MemberSet()
    var (x, y, width, height) = (0.0, 0.0, 0.0, 0.0)
    var members = try scanner.object("center and size of a box")
    while let key = try scanner.member(&members) {
      if try met.takes(key, 0, "x", scanner) {
        x = try scanner.number()
      } else if try met.takes(key, 1, "y", scanner) {
        y = try scanner.number()
      } else if try met.takes(key, 2, "width", scanner) {
        width = try scanner.number()
      } else if try met.takes(key, 3, "height", scanner) {
        height = try scanner.number()
      } else {
        try scanner.skip()
      }
    }
    guard (0..<4).allSatisfy({ met.contains($0) }) else {
      throw JSONFault("coordinates are \"x\", \"y\", \"width\" and \"height\", all four", at: start)
    }
    return Box(x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2)
  }
}
