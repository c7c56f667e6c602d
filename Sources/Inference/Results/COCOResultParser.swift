import Basics
import Datasets
import Imaging

/// Parses single results of a COCO results file and joins them to the ground truth.
struct COCOResultParser {
  let file: LoadedFile
  let groundTruth: GroundTruth
  let readsMasks: Bool
  /// Whether areas are those of the boxes, as in pycocotools where the first result has a box; if
  /// not, they are those of the masks.
  let usesBoxAreas: Bool
  /// Images by file name or stem; empty where no result names them.
  let names: ImageNames
  let classIndices: [String: Int]

  /// - Parameter first: A scanner at the first result.
  init(
    _ file: LoadedFile, first: JSONScanner, groundTruth: GroundTruth, readsMasks: Bool
  ) {
    self.file = file
    self.groundTruth = groundTruth
    self.readsMasks = readsMasks
    classIndices = groundTruth.classIndices
    var scanner = first
    var hasBox = false
    var usesNames = groundTruth.images.first?.id == nil
    // Faults are reported when the result is read.
    guard var members = try? scanner.object("a result") else {
      (usesBoxAreas, names) = (false, ImageNames([]))
      return
    }
    while let key = try? scanner.member(&members) {
      if scanner.matches(key, "bbox") {
        hasBox = (try? scanner.skipEmptyList()) == false
        if !hasBox { continue }
      } else if scanner.matches(key, "image_id") {
        usesNames = usesNames || scanner.peek() == UInt8(ascii: "\"")
      }
      guard (try? scanner.skip()) != nil else { break }
    }
    usesBoxAreas = hasBox
    names = ImageNames(usesNames ? groundTruth.images : [])
  }

  /// The members of a result.
  private struct Members {
    /// Where the result begins, in bytes.
    let start: Int
    /// Nil for an image that the ground truth does not list.
    var image: Int?
    var category: ItemId = 0
    var score = 0.0
    var box: SizedBox?
    /// At the segmentation, which is parsed only if it is needed.
    var segmentation: JSONScanner?
    var hasKeypoints = false
  }

  /// Reads a result and adds it to a set, or records why it is left out.
  func read(_ scanner: inout JSONScanner, into rows: inout DetectionSet) throws(JSONFault) {
    let result = try members(&scanner, &rows.mismatches)
    guard let image = result.image else { return }
    let start = result.start
    var place: String { "\(file.path), byte \(start)" }
    guard let classIndex = classIndex(result.category) else {
      rows.mismatches.add(
        unknownClass: "\(result.category)",
        "category id \(result.category) is not in \(groundTruth.path)", at: place)
      return
    }
    let usesMaskArea = !usesBoxAreas || result.box == nil
    var segmentation: COCOSegmentation?
    if readsMasks || usesMaskArea, var begin = result.segmentation {
      segmentation = try COCOSegmentation(&begin)
      if segmentation?.isEmpty == true { segmentation = nil }
    }
    if readsMasks, segmentation == nil, let box = result.box {
      rows.mismatches.add(.boxAsMask, "\(place): the result has no \"segmentation\"")
      segmentation = .box(box)
    }
    var mask: RunLengthMask?
    if let segmentation {
      do {
        mask = try groundTruth.mask(
          of: segmentation, image: image, place: place, mismatches: &rows.mismatches)
      } catch {
        throw JSONFault("\(error)", at: start)
      }
    }
    guard let box = result.box ?? segmentation?.bounds(of: mask) else {
      throw JSONFault(
        "a result has neither \"bbox\" nor \"segmentation\""
          + (result.hasKeypoints ? "; keypoints are not evaluated (there is no OKS here)" : ""),
        at: start)
    }
    let isKept = rows.append(
      image: image, classIndex: classIndex, box: box, score: result.score,
      area: usesMaskArea ? mask.map { Double($0.area) } : nil, groundTruth: groundTruth,
      place: place)
    if isKept, readsMasks, let mask { rows.masks.append(mask) }
  }

  private func members(
    _ scanner: inout JSONScanner, _ mismatches: inout ConsistencyIssues
  ) throws(JSONFault) -> Members {
    var met = MemberSet()
    scanner.skipSpace()
    var result = Members(start: scanner.offset)
    var members = try scanner.object("a result")
    while let key = try scanner.member(&members) {
      if try met.takes(key, 0, "image_id", scanner) {
        result.image = try image(&scanner, &mismatches, start: result.start)
      } else if try met.takes(key, 1, "category_id", scanner) {
        result.category = try scanner.id("a category's id")
      } else if try met.takes(key, 2, "score", scanner) {
        result.score = try scanner.number("\"score\", a number,")
      } else if try met.takes(key, 3, "bbox", scanner) {
        if try scanner.skipEmptyList() { continue }
        result.box = try scanner.sizedBox()
      } else if try met.takes(key, 4, "segmentation", scanner) {
        result.segmentation = scanner
        try scanner.skip()
      } else {
        if scanner.matches(key, "keypoints") { result.hasKeypoints = true }
        try scanner.skip()
      }
    }
    for (place, name) in ["image_id", "category_id", "score"].enumerated()
    where !met.contains(place) {
      throw JSONFault(
        "a result has no \"\(name)\""
          + (name == "score" ? ", by which average precision ranks detections" : ""),
        at: result.start)
    }
    return result
  }

  /// The class of a category id or, where the id is a text, of a class name.
  private func classIndex(_ category: ItemId) -> Int? {
    if let index = groundTruth.classIds[category] { return index }
    guard case .text(let name) = category else { return nil }
    return classIndices[ClassList.name(name)]
  }

  /// Reads an image id or name; returns the image's index, or nil with a mismatch if it is unknown.
  private func image(
    _ scanner: inout JSONScanner, _ mismatches: inout ConsistencyIssues, start: Int
  ) throws(JSONFault) -> Int? {
    if scanner.peek() == UInt8(ascii: "\"") {
      let name = try scanner.string()
      if let image = groundTruth.imageIds[.text(name)] ?? names[name] { return image }
      mismatches.add(
        .unknownImage,
        "\(file.path), byte \(start): image \"\(name)\" is missing or ambiguous in \(groundTruth.path)"
      )
      return nil
    }
    let id = try scanner.integer("an image's id")
    if let image = groundTruth.imageIds[id] ?? names[String(id)] { return image }
    mismatches.add(
      .unknownImage, "\(file.path), byte \(start): image id \(id) is not in \(groundTruth.path)")
    return nil
  }
}

extension COCOSegmentation {
  /// The polygon of a box, with the corners in pycocotools' order.
  static func box(_ box: SizedBox) -> COCOSegmentation {
    let (right, bottom) = (box.x + box.width, box.y + box.height)
    return .polygons([[box.x, box.y, box.x, bottom, right, bottom, right, box.y]])
  }
}
