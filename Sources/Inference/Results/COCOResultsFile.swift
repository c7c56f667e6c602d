import Basics
import Datasets
import Imaging

/// A COCO results file: one JSON list of objects with `image_id`, `category_id`, `score`, and `bbox`
/// or `segmentation`; or a COCO dataset whose annotations have a `score`.
///
/// Large lists are parsed in parallel parts. The start of a part is guessed: a `{` after `},`. A
/// guess is correct if the previous part ends exactly there. If a guess is wrong, for instance
/// inside a string, the whole file is parsed again sequentially.
struct COCOResultsFile {
  private let file: LoadedFile
  private let groundTruth: GroundTruth
  private let readsMasks: Bool
  /// The approximate size of a part, in bytes.
  private static let partSize = 1 << 20

  init(_ file: LoadedFile, groundTruth: GroundTruth, readsMasks: Bool) {
    self.file = file
    self.groundTruth = groundTruth
    self.readsMasks = readsMasks
  }

  /// Reads all detections.
  func read(tasks: any ParallelExecutor) throws(DatasetsError) -> DetectionSet {
    do throws(JSONFault) {
      var scanner = JSONScanner(file.bytes)
      let isWrapped = scanner.peek() == UInt8(ascii: "{")
      if isWrapped { try enterAnnotations(&scanner) }
      _ = try scanner.array("COCO's results")
      guard let first = scanner.peek(), first != UInt8(ascii: "]") else {
        guard scanner.take(UInt8(ascii: "]")) else { throw scanner.unexpected("a result") }
        guard isWrapped || scanner.isAtEnd() else {
          throw scanner.unexpected("the end of the file")
        }
        return DetectionSet()
      }
      let parser = COCOResultParser(
        file, first: scanner, groundTruth: groundTruth, readsMasks: readsMasks)
      if isWrapped { return try read(from: scanner.offset, to: nil, parser, isWrapped: true) }
      let starts = guessedStarts(from: scanner.offset)
      if starts.count > 1, let whole = readParts(starts, parser, tasks: tasks) { return whole }
      return try read(from: starts[0], to: nil, parser)
    } catch {
      throw file.error(error)
    }
  }

  /// Moves to the list of annotations of a COCO dataset. Its categories must be those of the ground
  /// truth.
  private func enterAnnotations(_ scanner: inout JSONScanner) throws(JSONFault) {
    var list: JSONScanner?
    var root = try scanner.object("a COCO dataset with scores")
    while let key = try scanner.member(&root) {
      if scanner.matches(key, "annotations") {
        list = scanner
      } else if scanner.matches(key, "categories") {
        var categories = scanner
        try checkCategories(&categories)
      }
      try scanner.skip()
    }
    guard let list else {
      throw JSONFault("the file has no list \"annotations\"", at: scanner.offset)
    }
    scanner = list
  }

  private func checkCategories(_ scanner: inout JSONScanner) throws(JSONFault) {
    var list = try scanner.array("of categories")
    while try scanner.element(&list) {
      let start = scanner.offset
      var id: ItemId?
      var name = ""
      var members = try scanner.object("a category")
      while let key = try scanner.member(&members) {
        if scanner.matches(key, "id") {
          id = try scanner.id("a category's id")
        } else if scanner.matches(key, "name") {
          name = ClassList.name(try scanner.name())
        } else {
          try scanner.skip()
        }
      }
      guard let id, let index = groundTruth.classIds[id], !name.isEmpty else { continue }
      let expected = groundTruth.classNames[index]
      guard name == expected else {
        throw JSONFault(
          "category id \(id) is \"\(name)\" here, but \"\(expected)\" in \(groundTruth.path)",
          at: start)
      }
    }
  }

  /// Reads the parts in parallel; nil if a part does not end at the start of the next one or cannot
  /// be parsed. The file must then be read sequentially.
  private func readParts(
    _ starts: [Int], _ parser: COCOResultParser, tasks: any ParallelExecutor
  ) -> DetectionSet? {
    let parts = tasks.map(starts.count) { number in
      try? read(
        from: starts[number], to: number + 1 < starts.count ? starts[number + 1] : nil, parser)
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
  private func read(
    from start: Int, to next: Int?, _ parser: COCOResultParser, isWrapped: Bool = false
  ) throws(JSONFault) -> DetectionSet {
    var rows = DetectionSet()
    // A result takes about 100 bytes.
    rows.detections.reserve(((next ?? file.bytes.count) - start) / 80)
    var scanner = JSONScanner(file.bytes, from: start)
    while true {
      try parser.read(&scanner, into: &rows)
      if next == nil, scanner.take(UInt8(ascii: "]")) {
        guard isWrapped || scanner.isAtEnd() else {
          throw scanner.unexpected("the end of the file")
        }
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
}
