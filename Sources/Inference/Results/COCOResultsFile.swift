import Basics
import Datasets
import Imaging

/// A COCO results file: one JSON list of objects with `image_id`, `category_id`, `bbox` and
/// `score`.
///
/// Large lists are parsed in parallel parts. The start of a part is guessed: a `{` after `},`. A
/// guess is correct if the previous part ends exactly there. If a guess is wrong, for instance
/// inside a string, the whole file is parsed again sequentially.
struct COCOResultsFile {
  private let file: MappedFile
  private let groundTruth: GroundTruth
  private let readsMasks: Bool
  /// Images by file name or stem, for ground truth without ids; otherwise empty.
  private let names: ImageNames

  /// The approximate size of a part, in bytes.
  private static let partSize = 1 << 20

  init(_ path: String, groundTruth: GroundTruth, readsMasks: Bool) throws(DatasetsError) {
    file = try DatasetsError.wrap(MappedFile.text(path))
    self.groundTruth = groundTruth
    self.readsMasks = readsMasks
    names = ImageNames(groundTruth.images.first?.id == nil ? groundTruth.images : [])
  }

  /// Reads all detections.
  func read(tasks: any ParallelExecutor) throws(DatasetsError) -> DetectionSet {
    do throws(JSONFault) {
      var scanner = JSONScanner(file.bytes)
      _ = try scanner.array("COCO's results")
      guard let first = scanner.peek(), first != UInt8(ascii: "]") else {
        guard scanner.take(UInt8(ascii: "]")) else { throw scanner.unexpected("a result") }
        guard scanner.isAtEnd() else { throw scanner.unexpected("the end of the file") }
        return DetectionSet()
      }
      let starts = guessedStarts(from: scanner.offset)
      if starts.count > 1, let whole = readParts(starts, tasks: tasks) { return whole }
      return try read(from: starts[0], to: nil)
    } catch {
      throw file.error(error)
    }
  }

  /// Reads the parts in parallel; nil if a part does not end at the start of the next one or cannot
  /// be parsed. The file must then be read sequentially.
  private func readParts(_ starts: [Int], tasks: any ParallelExecutor) -> DetectionSet? {
    let parts = tasks.map(starts.count) { number in
      try? read(from: starts[number], to: number + 1 < starts.count ? starts[number + 1] : nil)
    }
    var whole = DetectionSet()
    whole.detections.reserve(parts.reduce(0) { $0 + ($1?.detections.count ?? 0) })
    for part in parts {
      guard let part else { return nil }
      whole.append(part)
    }
    return whole
  }

  /// The guessed byte offsets of the parts: each a `{` after `},`.
  private func guessedStarts(from first: Int) -> [Int] {
    var starts = [first]
    while let last = starts.last, let start = guess(from: last + Self.partSize) {
      starts.append(start)
    }
    return starts
  }

  private func guess(from offset: Int) -> Int? {
    // Results are far shorter than this; without a match, the rest is one part.
    let limit = min(offset + Self.partSize, file.bytes.count)
    for place in stride(from: offset, to: limit, by: 1)
    where file.bytes[place] == UInt8(ascii: "}") {
      var scanner = JSONScanner(file.bytes, from: place + 1)
      if scanner.take(UInt8(ascii: ",")), scanner.peek() == UInt8(ascii: "{") {
        return scanner.offset
      }
    }
    return nil
  }

  /// Reads results from the byte offset `start` up to `next`, or to the end of the list.
  private func read(from start: Int, to next: Int?) throws(JSONFault) -> DetectionSet {
    var rows = DetectionSet()
    // A result takes about 100 bytes.
    rows.detections.reserve(((next ?? file.bytes.count) - start) / 80)
    var scanner = JSONScanner(file.bytes, from: start)
    while true {
      try readResult(&scanner, into: &rows)
      if next == nil, scanner.take(UInt8(ascii: "]")) {
        guard scanner.isAtEnd() else { throw scanner.unexpected("the end of the file") }
        return rows
      }
      guard scanner.take(UInt8(ascii: ",")) else {
        throw scanner.unexpected("a comma or the end of the list")
      }
      scanner.skipSpace()
      if let next, scanner.offset >= next {
        guard scanner.offset == next else { throw scanner.unexpected("a result") }
        return rows
      }
    }
  }

  private func readResult(
    _ scanner: inout JSONScanner, into rows: inout DetectionSet
  ) throws(JSONFault) {
    var met = MemberSet()
    scanner.skipSpace()
    let start = scanner.offset
    var image: Int?
    var category: ItemId = 0
    var score = 0.0
    var box = SizedBox(x: 0, y: 0, width: 0, height: 0)
    var segmentation: COCOSegmentation?
    var members = try scanner.object("a result")
    while let key = try scanner.member(&members) {
      if try met.takes(key, 0, "image_id", scanner) {
        image = try self.image(&scanner, &rows.mismatches, start: start)
      } else if try met.takes(key, 1, "category_id", scanner) {
        category = try scanner.id("a category's id")
      } else if try met.takes(key, 2, "bbox", scanner) {
        box = try scanner.sizedBox()
      } else if try met.takes(key, 3, "score", scanner) {
        score = try scanner.number("\"score\", a number,")
      } else if readsMasks, try met.takes(key, 4, "segmentation", scanner) {
        segmentation = try COCOSegmentation(&scanner)
      } else {
        try scanner.skip()
      }
    }
    for (place, name) in ["image_id", "category_id", "bbox", "score"].enumerated()
    where !met.contains(place) && !(readsMasks && place == 2) {
      throw JSONFault("a result has no \"\(name)\"", at: start)
    }
    guard let image else { return }
    guard let classIndex = groundTruth.classIds[category] else {
      rows.mismatches.add(
        .unknownClass,
        "\(file.path), byte \(start): category id \(category) is not in \(groundTruth.path)")
      return
    }
    var mask: RunLengthMask?
    if readsMasks {
      guard let segmentation else { throw JSONFault("a result has no \"segmentation\"", at: start) }
      let entry = groundTruth.images[image]
      do {
        mask = try segmentation.mask(imageWidth: entry.width, imageHeight: entry.height)
      } catch {
        throw JSONFault("\(error)", at: start)
      }
    }
    let isKept = rows.append(
      image: image, classIndex: classIndex, box: box, score: score,
      area: mask.map { Double($0.area) },
      groundTruth: groundTruth, place: "\(file.path), byte \(start)")
    if isKept, let mask { rows.masks.append(mask) }
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
