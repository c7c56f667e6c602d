import Basics
import Datasets
import Imaging

/// A JSON Lines file of detections: one object per image, as `glimpse detect --json` prints them.
///
/// `{"path": ..., "width": ..., "height": ..., "boxes": [{"box": [x1, y1, x2, y2], "class": ...,
/// "score": ...}]}` in pixels of the image after EXIF rotation. Images are joined to the ground
/// truth by path or file name, classes by name. A line with an `error` and no boxes counts as an
/// image without detections.
struct DetectionLinesFile {
  private let file: LoadedFile
  private let groundTruth: GroundTruth
  private let names: ImageNames
  private let classIndices: [String: Int]

  init(_ file: LoadedFile, groundTruth: GroundTruth) {
    self.file = file
    self.groundTruth = groundTruth
    names = ImageNames(groundTruth.images)
    classIndices = groundTruth.classIndices
  }

  /// A box of a line.
  private typealias LineBox = (box: SizedBox, className: String, score: Double)

  /// The parsed line of one image.
  private struct Line {
    var path = ""
    var width = 0
    var height = 0
    var boxes: [LineBox] = []
  }

  /// Reads all lines.
  func read() throws(DatasetsError) -> DetectionSet {
    var set = DetectionSet()
    var unknown = UnknownImages(groundTruth, names: names)
    var seen = [Bool](repeating: false, count: groundTruth.images.count)
    var scanner = JSONScanner(file.bytes)
    do throws(JSONFault) {
      while !scanner.isAtEnd() {
        let start = scanner.offset
        let line = try line(&scanner)
        var place: String { "\(file.path), byte \(start)" }
        guard let image = names[line.path] else {
          set.mismatches.add(.unknownImage, "\(place): \(unknown.reason(line.path))")
          continue
        }
        let entry = groundTruth.images[image]
        if seen[image] {
          set.mismatches.add(.duplicate, "\(place): \(line.path) occurs in an earlier line")
        }
        seen[image] = true
        if line.width > 0, entry.width > 0,
          (line.width, line.height) != (entry.width, entry.height)
        {
          set.mismatches.add(
            .otherSize,
            "\(place): \(line.path) has \(line.width)x\(line.height) pixels, but "
              + "\(entry.width)x\(entry.height) in \(groundTruth.path)")
        }
        add(line, image: image, start: start, to: &set)
      }
    } catch {
      throw file.error(error)
    }
    return set
  }

  private func add(_ line: Line, image: Int, start: Int, to set: inout DetectionSet) {
    for found in line.boxes {
      guard let classIndex = classIndices[found.className] else {
        set.mismatches.add(
          unknownClass: found.className,
          "the class \"\(found.className)\" is not in \(groundTruth.path)",
          at: "\(file.path):\(file.line(at: start))")
        continue
      }
      set.append(
        image: image, classIndex: classIndex, box: found.box, score: found.score,
        groundTruth: groundTruth, place: "\(file.path), byte \(start)")
    }
  }

  private func line(_ scanner: inout JSONScanner) throws(JSONFault) -> Line {
    var met = MemberSet()
    var line = Line()
    let start = scanner.offset
    var members = try scanner.object("an image's line")
    while let key = try scanner.member(&members) {
      if try met.takes(key, 0, "path", scanner) {
        line.path = try scanner.string()
      } else if try met.takes(key, 1, "boxes", scanner) {
        var list = try scanner.list("boxes")
        while try scanner.element(&list) { line.boxes.append(try found(&scanner)) }
      } else if try met.takes(key, 2, "error", scanner) {
        try scanner.skip()
      } else if try met.takes(key, 3, "width", scanner) {
        line.width = try scanner.integer("a width")
      } else if try met.takes(key, 4, "height", scanner) {
        line.height = try scanner.integer("a height")
      } else {
        try scanner.skip()
      }
    }
    guard met.contains(0) else {
      throw JSONFault(
        "a line of 'detect --json' has no \"path\"; COCO's results are a list [...]", at: start)
    }
    guard met.contains(1) || met.contains(2) else {
      throw JSONFault("an image's line has neither \"boxes\" nor \"error\"", at: start)
    }
    return line
  }

  private func found(_ scanner: inout JSONScanner) throws(JSONFault) -> LineBox {
    var met = MemberSet()
    var found: LineBox = (SizedBox(x: 0, y: 0, width: 0, height: 0), "", 0)
    scanner.skipSpace()
    let start = scanner.offset
    var members = try scanner.object("a box of an image")
    while let key = try scanner.member(&members) {
      if try met.takes(key, 0, "box", scanner) {
        found.box = try scanner.sizedBox()
        // The list holds two corners: the second one was read as the size.
        found.box.width -= found.box.x
        found.box.height -= found.box.y
      } else if try met.takes(key, 1, "class", scanner) {
        found.className = ClassList.name(try scanner.string())
      } else if try met.takes(key, 2, "score", scanner) {
        found.score = try scanner.number("\"score\", a number,")
      } else {
        try scanner.skip()
      }
    }
    for (place, name) in ["box", "class", "score"].enumerated() where !met.contains(place) {
      throw JSONFault("a box of an image has no \"\(name)\"", at: start)
    }
    return found
  }
}
