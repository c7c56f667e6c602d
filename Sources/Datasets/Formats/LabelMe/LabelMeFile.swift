import Basics
import Foundation

/// The content of a LabelMe label file: the shapes of an image.
///
/// Source: files written by LabelMe 5, and its `label_file.py` and `shape.py`.
struct LabelMeFile {
  struct Shape {
    /// The interpretation of a shape's points.
    enum Kind: String {
      case rectangle, polygon, circle, line, linestrip, point, points, mask
      /// The corners of a rotated box, as X-AnyLabeling and newer versions of LabelMe write them.
      case rotation, quadrilateral
      case orientedRectangle = "oriented_rectangle"
      /// A type that is unknown here; only the extent of its points is used.
      case other
    }

    var label = ""
    /// Early versions of LabelMe wrote no type: all shapes were polygons.
    var kind = Kind.polygon
    /// The type as in the file.
    var type = Kind.polygon.rawValue
    /// x, y, x, y ... in pixels.
    var points: [Double] = []
    /// Shapes with the same group and label are parts of one object.
    var group: ItemId?
    /// The names of the flags that are set.
    var flags: Set<String> = []
    /// The PNG of a mask; it fills the rectangle given by the points.
    var mask: [UInt8]?
    var line: Int
    var byte: Int
  }

  /// The `imagePath`, relative to the label file.
  private(set) var imagePath: String?
  private(set) var width: Int?
  private(set) var height: Int?
  private(set) var shapes: [Shape] = []
  /// Members that are not read.
  private(set) var unread: UnreadMembers
  /// Shapes that are valid JSON but violate the format.
  private(set) var issues: [DatasetIssue] = []
  let path: String

  /// Parses a file's bytes; throws if they are not JSON or have no shapes.
  init(
    _ bytes: [UInt8], path: String, countsUnread: Bool = false
  ) throws(DatasetsError) {
    self.path = path
    unread = UnreadMembers(isCounting: countsUnread)
    let bytes =
      try DatasetsError.wrap(TextEncoding.utf8(bytes, isMarkup: true, file: path)) ?? bytes
    try bytes.withUnsafeBufferPointer { (bytes) throws(DatasetsError) in
      var lines = LineCounter(bytes)
      var scanner = JSONScanner(bytes)
      do throws(JSONFault) {
        try read(&scanner, &lines)
      } catch {
        throw DatasetsError(error, file: path, line: lines.line(at: error.offset))
      }
    }
  }

  private mutating func read(
    _ scanner: inout JSONScanner, _ lines: inout LineCounter
  ) throws(JSONFault) {
    var met = MemberSet()
    var root = try scanner.object("with \"shapes\", as LabelMe's files are")
    while let key = try scanner.member(&root) {
      if try met.takes(key, 0, "imagePath", scanner) {
        imagePath = try scanner.string()
      } else if try met.takes(key, 1, "imageWidth", scanner) {
        width = try scanner.integer("\"imageWidth\"")
      } else if try met.takes(key, 2, "imageHeight", scanner) {
        height = try scanner.integer("\"imageHeight\"")
      } else if try met.takes(key, 3, "shapes", scanner) {
        try scanner.elements(of: scanner.list("shapes")) { (scanner) throws(JSONFault) in
          shapes.append(try shape(&scanner, &lines))
        } skipping: { fault in
          issues.report(fault, path, line: lines.line(at: fault.offset))
        }
      } else if ["version", "imageData"].contains(where: { scanner.matches(key, $0) }) {
        try scanner.skip()
      } else {
        try unread.skip(&scanner, key, of: "")
      }
    }
    guard scanner.isAtEnd() else { throw scanner.unexpected("the end of the file") }
    guard met.contains(3) else {
      throw JSONFault("the file has no list \"shapes\", which LabelMe requires", at: scanner.offset)
    }
  }

  private mutating func shape(
    _ scanner: inout JSONScanner, _ lines: inout LineCounter
  ) throws(JSONFault) -> Shape {
    scanner.skipSpace()
    let start = scanner.offset
    var shape = Shape(line: lines.line(at: start), byte: start)
    var met = MemberSet()
    var members = try scanner.object("a shape")
    while let key = try scanner.member(&members) {
      if try met.takes(key, 0, "label", scanner) {
        shape.label = ClassList.name(try scanner.name())
      } else if try met.takes(key, 1, "points", scanner) {
        shape.points = try Self.points(&scanner)
      } else if try met.takes(key, 2, "shape_type", scanner) {
        shape.type = try scanner.string()
        shape.kind = Shape.Kind(rawValue: shape.type) ?? .other
      } else if try met.takes(key, 3, "group_id", scanner) {
        shape.group = try scanner.id("\"group_id\"")
      } else if try met.takes(key, 4, "flags", scanner), scanner.peek() == UInt8(ascii: "{") {
        var flags = try scanner.object("flags")
        while let key = try scanner.key(&flags) {
          let name = try scanner.string(key)
          if scanner.peek() == UInt8(ascii: "t") {
            shape.flags.insert(name)
            if LabelMeFlag(rawValue: name) == nil { unread.add("shapes.flags.\(name)") }
          }
          try scanner.skip()
        }
      } else if try met.takes(key, 6, "difficult", scanner) {
        if try scanner.isSet() { shape.flags.insert(LabelMeFlag.difficult.rawValue) }
      } else if try met.takes(key, 5, "mask", scanner), scanner.peek() == UInt8(ascii: "\"") {
        shape.mask = Data(base64Encoded: try scanner.string()).map { [UInt8]($0) }
      } else {
        try unread.skip(&scanner, key, of: "shapes")
      }
    }
    if shape.label.isEmpty { throw JSONFault("a shape has no \"label\"", at: start) }
    let least: Int =
      switch shape.kind {
      case .rectangle, .circle, .line, .mask, .other: 2
      case .polygon, .rotation, .quadrilateral, .orientedRectangle: 3
      case .linestrip, .point, .points: 1
      }
    guard shape.points.count >= 2 * least else {
      throw JSONFault(
        "a \(shape.type) has \(least) or more points, but this one has "
          + "\(shape.points.count / 2)", at: start)
    }
    return shape
  }

  private static func points(_ scanner: inout JSONScanner) throws(JSONFault) -> [Double] {
    var points: [Double] = []
    var list = try scanner.array("of points")
    while try scanner.element(&list) {
      scanner.skipSpace()
      let start = scanner.offset
      var count = 0
      var point = try scanner.array("x and y of a point")
      while try scanner.element(&point) {
        points.append(try scanner.number())
        count += 1
      }
      guard count == 2 else {
        throw JSONFault("a point is [x, y], but this list has \(count) numbers", at: start)
      }
    }
    return points
  }
}

/// Flags of a shape that Glimpse adds to LabelMe files.
enum LabelMeFlag: String, CaseIterable {
  case crowd, difficult, truncated, occluded
}
