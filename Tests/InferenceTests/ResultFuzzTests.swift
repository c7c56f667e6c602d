import TestSupport
import Foundation
import Imaging
import Testing

@testable import Datasets
@testable import Inference

/// Randomly broken files: each gives a clear error or rows that can be evaluated.
///
/// `GLIMPSE_FUZZ_FILES=1000000` tries more, and others. In a debug build each access beyond the bytes
/// of a file is a trap.
@Suite struct ResultFuzzTests {
  private static let files =
    ProcessInfo.processInfo.environment["GLIMPSE_FUZZ_FILES"].flatMap { Int($0) } ?? 3000

  private static let groundTruthText = """
    {"info": {"a": [1, 2.5e-3, "x\\u00e9\\n"]}, "images": [{"id": 1, "file_name": "a.jpg", "width": 40,
    "height": 30}, {"id": 2, "file_name": "b/b.jpg", "width": 20, "height": 20}], "categories":
    [{"id": 3, "name": "cat"}, {"id": 7, "name": "dog", "supercategory": null}], "annotations": [{"id": 1,
    "image_id": 1, "category_id": 3, "bbox": [1.5, 2, 10, 12.25], "area": 90.5, "iscrowd": 0,
    "segmentation": [[1, 1, 9, 1, 9, 9]]}, {"id": 2, "image_id": 2, "category_id": 7, "bbox": [0, 0, 20, 20],
    "area": 400, "iscrowd": 1, "segmentation": {"size": [20, 20], "counts": [0, 400]}}]}
    """
  private static let resultsText = """
    [{"image_id": 1, "category_id": 3, "bbox": [1.25, 2.5, 10.125, 11], "score": 0.987654321012345678},
    {"image_id": 2, "category_id": 7, "bbox": [0, 0, 19, 1e1], "score": 1e-7, "segmentation":
    {"size": [20, 20], "counts": "04d<"}}, {"score": 0.5, "bbox": [3, 4, 5, 6], "category_id": 3, "image_id": 2}]
    """
  private static let linesText = """
    {"path": "x/a.jpg", "width": 40, "height": 30, "boxes": [{"box": [1, 2, 10.5, 20], "class": "cat",
    "class_index": 0, "score": 0.75}], "milliseconds": 1.5}
    {"path": "b.jpg", "error": "broken \\"file\\""}
    """
  /// Pieces that break things elsewhere.
  private static let pieces = [
    "NaN", "Infinity", "-", "1e308", "-1e308", "1e400", "1e-400", "null", "true", "[", "]", "{",
    "}",
    "\"", "\\", "\\ud800", "\\u0000", ",", ":", "\u{0}", "\u{FEFF}", "0", "00", ".", "e",
    "99999999999999999999",
    "9007199254740993", "-9223372036854775808", "\"image_id\": 1,", "\"bbox\": [],", "\"id\": 1,",
    String(repeating: "[", count: 200), String(repeating: "{\"a\":", count: 200), "\n", "é",
  ].map { Array($0.utf8) }

  private struct Mutator {
    var state: UInt64

    mutating func below(_ limit: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % max(limit, 1)
    }

    mutating func mutate(_ text: String) -> [UInt8] {
      var bytes = Array(text.utf8)
      for _ in 0...below(4) where !bytes.isEmpty {
        let place = below(bytes.count)
        let end = min(place + 1 + below(20), bytes.count)
        switch below(6) {
        case 0: bytes[place] = UInt8(below(256))
        case 1: bytes.removeSubrange(place..<end)
        case 2: bytes.insert(contentsOf: pieces[below(pieces.count)], at: place)
        case 3: bytes.insert(contentsOf: bytes[place..<end], at: below(bytes.count))
        case 4: bytes.removeLast(bytes.count - place)
        default: bytes.replaceSubrange(place..<end, with: pieces[below(pieces.count)])
        }
      }
      return bytes
    }
  }

  @Test func brokenFilesNeverCrash() throws {
    let folder = try TestFolder()
    try folder.write(Self.groundTruthText, to: "good.json")
    let good = try GroundTruth.read(folder.path("good.json"), split: "")
    let goodMasks = try GroundTruth.read(folder.path("good.json"), split: "", readsMasks: true)
    var mutator = Mutator(state: UInt64(Self.files))
    var (read, refused) = (0, 0)
    for _ in 0..<Self.files {
      do {
        switch mutator.below(4) {
        case 0:
          try folder.write(mutator.mutate(Self.groundTruthText), to: "truth.json")
          let groundTruth = try GroundTruth.read(
            folder.path("truth.json"), split: "", readsMasks: mutator.below(2) == 0)
          check(groundTruth.groundTruths.images, groundTruth.groundTruths.classes, groundTruth)
          check(groundTruth.groundTruths.boxes.flatMap { [$0.x, $0.y, $0.width, $0.height] })
        case 1:
          try folder.write(mutator.mutate(Self.resultsText), to: "found.json")
          check(try DetectionSet.read([folder.path("found.json")], for: good), good)
        case 2:
          let text = Self.resultsText.replacingOccurrences(
            of: "}, {\"score\"", with: ", \"segmentation\": [[1,1,9,1,9,9]]}, {\"score\"")
          try folder.write(mutator.mutate(text), to: "masks.json")
          let set = try DetectionSet.read(
            [folder.path("masks.json")], for: goodMasks, readsMasks: true)
          #expect(set.masks.count == set.detections.count)
          check(set, goodMasks)
        default:
          try folder.write(mutator.mutate(Self.linesText), to: "found.jsonl")
          check(try DetectionSet.read([folder.path("found.jsonl")], for: good), good)
        }
        read += 1
      } catch let error as DatasetsError {
        refused += 1
        #expect(error.description.hasPrefix(folder.path), "no file is named: \(error)")
      }
    }
    #expect(
      read > 10 && refused > 10, "\(read) read, \(refused) refused: the mutations are too mild")
    print("fuzz: \(read) files read, \(refused) refused")
  }

  private func check(_ set: DetectionSet, _ groundTruth: GroundTruth) {
    check(set.detections.images, set.detections.classes, groundTruth)
    check(set.detections.boxes.flatMap { [$0.x, $0.y, $0.width, $0.height] })
    check(set.detections.scores + set.detections.areas)
  }

  private func check(_ numbers: [Double]) {
    let areFinite = numbers.allSatisfy { $0.isFinite }
    #expect(areFinite)
  }

  private func check(_ images: [Int32], _ classes: [Int32], _ groundTruth: GroundTruth) {
    let areKnown =
      images.allSatisfy { groundTruth.images.indices.contains(Int($0)) }
      && classes.allSatisfy { groundTruth.classNames.indices.contains(Int($0)) }
    #expect(areKnown)
  }

  /// Megabytes of zeros, of brackets, and cut in the middle.
  @Test func hugeBrokenFilesAreRefused() throws {
    let folder = try TestFolder()
    try folder.write(Self.groundTruthText, to: "good.json")
    let good = try GroundTruth.read(folder.path("good.json"), split: "")
    func fill(_ name: String, head: String, body: String) throws -> String {
      let path = folder.path(name)
      _ = FileManager.default.createFile(atPath: path, contents: Data(head.utf8))
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      defer { try? file.close() }
      try file.seekToEnd()
      let chunk = Data(String(repeating: body, count: (4 << 20) / body.utf8.count).utf8)
      for _ in 0..<2 { try file.write(contentsOf: chunk) }
      return path
    }
    for (name, head, body, sentence) in [
      ("zeros", "[", "\0", "(byte 1)"),
      ("brackets", "", "[", "an object (a result) is expected"),
      ("deep", "[{\"x\":", "[", "nest deeper than 128 levels"),
      (
        "cut", "[",
        "{\"image_id\": 1, \"category_id\": 3, \"bbox\": [1, 2, 3, 4], \"score\": 0.5},\n",
        "but the file ends"
      ),
    ] {
      let path = try fill(name, head: head, body: body)
      #expect { _ = try DetectionSet.read([path], for: good) } throws: {
        "\($0)".contains(sentence)
      }
      try FileManager.default.removeItem(atPath: path)
    }
  }
}
