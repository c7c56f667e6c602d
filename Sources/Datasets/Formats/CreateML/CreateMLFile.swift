import Basics
import Imaging

/// The content of a CreateML annotation file.
struct CreateMLFile {
  struct Object {
    var label: String
    var box: Box
    var line: Int
  }

  struct ListedImage {
    var name: String
    var objects: [Object]
    var line: Int
  }

  private(set) var images: [ListedImage] = []
  /// Elements that are sound JSON, but not what the format demands.
  private(set) var issues: [DatasetIssue] = []
  private let file: MappedFile
  private var lines: LineCounter

  /// Reads a whole file; throws for what is no JSON or no list.
  init(_ path: String) throws(DatasetsError) {
    file = try DatasetsError.wrap(MappedFile(path))
    lines = LineCounter(file.bytes)
    var scanner = JSONScanner(file.bytes)
    do {
      try read(&scanner)
    } catch {
      throw file.error(error)
    }
  }

  /// All classes that occur.
  var labels: Set<String> { Set(images.flatMap { $0.objects.map(\.label) }) }

  private mutating func read(_ scanner: inout JSONScanner) throws(JSONFault) {
    var list = try scanner.array("of images, as CreateML's files are")
    while try scanner.element(&list) {
      let start = scanner
      do {
        images.append(try image(&scanner))
      } catch {
        scanner = start
        try scanner.skip()
        report(error)
      }
    }
    guard scanner.isAtEnd() else { throw scanner.unexpected("the end of the file") }
  }

  private mutating func report(_ fault: JSONFault) {
    issues.append(
      DatasetIssue(
        kind: .malformedLabels, file: file.path, line: lines.line(at: fault.offset),
        message: fault.message + "; ignored."))
  }

  private mutating func image(_ scanner: inout JSONScanner) throws(JSONFault) -> ListedImage {
    scanner.skipSpace()
    let start = scanner.offset
    var image = ListedImage(name: "", objects: [], line: lines.line(at: start))
    var members = try scanner.object("an image")
    while let key = try scanner.key(&members) {
      // Older files use "imagefilename" and "annotation".
      if ["image", "imagefilename"].contains(where: { scanner.matches(key, $0) }) {
        image.name = try scanner.string()
      } else if ["annotations", "annotation"].contains(where: { scanner.matches(key, $0) }) {
        var list = try scanner.array("the objects of an image")
        while try scanner.element(&list) {
          let start = scanner
          do {
            image.objects.append(try object(&scanner))
          } catch {
            scanner = start
            try scanner.skip()
            report(error)
          }
        }
      } else {
        try scanner.skip()
      }
    }
    if image.name.isEmpty { throw JSONFault("an image has no \"image\", its file", at: start) }
    return image
  }

  private mutating func object(_ scanner: inout JSONScanner) throws(JSONFault) -> Object {
    scanner.skipSpace()
    let start = scanner.offset
    var label: String?
    var box: Box?
    var members = try scanner.object("an object")
    while let key = try scanner.key(&members) {
      if scanner.matches(key, "label") {
        label = ClassList.name(try scanner.string())
      } else if scanner.matches(key, "coordinates") {
        box = try Self.box(&scanner)
      } else {
        try scanner.skip()
      }
    }
    guard let label, !label.isEmpty else {
      throw JSONFault("an object has no \"label\"", at: start)
    }
    guard let box else { throw JSONFault("an object has no \"coordinates\"", at: start) }
    return Object(label: label, box: box, line: lines.line(at: start))
  }

  /// Center and size to corners.
  private static func box(_ scanner: inout JSONScanner) throws(JSONFault) -> Box {
    let start = scanner.offset
    var met = MemberSet()
    var (x, y, width, height) = (0.0, 0.0, 0.0, 0.0)
    var members = try scanner.object("center and size of a box")
    while let key = try scanner.key(&members) {
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
