import TestSupport
@testable import Basics
import Foundation
import Imaging
import Testing

@testable import Datasets
@testable import Inference

/// Ground-truth objects and detections from files: COCO's, Glimpse's own lines, YOLO folders.
@Suite struct ResultFilesTests {
  private let folder: TestFolder

  init() throws {
    folder = try TestFolder()
  }

  /// Writes a file; returns its path.
  @discardableResult
  private func file(_ name: String, _ text: String) throws -> String {
    try folder.write(text, to: name)
    return folder.path(name)
  }

  private static let groundTruthText = """
    {"info": {"year": 2017}, "annotations": [
      {"id": 7, "image_id": 30, "category_id": 9, "bbox": [1, 2, 3.5, 4], "area": 10.5, "iscrowd": 0},
      {"id": 8, "image_id": 20, "category_id": 4, "bbox": [0, 0, 8, 8], "area": 60, "iscrowd": 1,
       "segmentation": [[0, 0, 8, 0, 8, 8]]}],
     "images": [{"id": 30, "file_name": "b/second.jpg", "width": 100, "height": 50},
                {"id": 20, "file_name": "first.jpg", "width": 64, "height": 64}],
     "categories": [{"id": 9, "name": "dog"}, {"id": 4, "name": "cat"}]}
    """

  private func groundTruth(_ text: String = groundTruthText) throws -> GroundTruth {
    try GroundTruth.read(file("truth.json", text), split: "val")
  }

  private func found(_ text: String, name: String = "found.json") throws -> DetectionSet {
    try DetectionSet.read([file(name, text)], for: groundTruth())
  }

  @Test func imagesAndClassesCountByAscendingId() throws {
    let groundTruth = try groundTruth()
    #expect(groundTruth.images.map(\.name) == ["first.jpg", "b/second.jpg"])
    #expect(groundTruth.classNames == ["cat", "dog"])
    #expect(
      groundTruth.groundTruths.images == [1, 0] && groundTruth.groundTruths.classes == [1, 0])
    #expect(groundTruth.groundTruths.boxes[0] == SizedBox(x: 1, y: 2, width: 3.5, height: 4))
    #expect(
      groundTruth.groundTruths.areas == [10.5, 60]
        && groundTruth.groundTruths.traits == [[], .crowd])
    #expect(groundTruth.mismatches.count == 0 && groundTruth.masks.isEmpty)
  }

  @Test func masksAreReadWhenAskedFor() throws {
    let polygon = "\"segmentation\": [[1, 1, 5, 1, 5, 5, 1, 5]]"
    let text = Self.groundTruthText.replacingOccurrences(of: "\"area\": 10.5", with: polygon)
    let path = try file("masks.json", text)
    let groundTruth = try GroundTruth.read(path, split: "", readsMasks: true)
    #expect(groundTruth.masks.count == 2)
    #expect(groundTruth.masks[0].width == 100 && groundTruth.masks[0].height == 50)
    // 4 x 4 pixels between the corners 1 and 5.
    #expect(groundTruth.masks[0].area == 16)
    let results = try file(
      "results.json",
      """
      [{"image_id": 30, "category_id": 9, "score": 0.5,
        "segmentation": {"size": [50, 100], "counts": [0, 3, 4997]}}]
      """)
    let found = try DetectionSet.read([results], for: groundTruth, readsMasks: true)
    #expect(found.masks.map(\.area) == [3])
    #expect(found.detections.areas == [3])
  }

  @Test func resultsAreJoinedByIds() throws {
    let set = try found(
      """
      [ {"image_id": 20, "category_id": 9, "bbox": [1.25, 2, 3, 4], "score": 0.75, "x": {"y": []}},
        {"score": 1e-3, "bbox": [0, 0, 1, 1], "category_id": 4, "image_id": 30} ]
      """)
    #expect(set.detections.images == [0, 1] && set.detections.classes == [1, 0])
    #expect(set.detections.scores == [0.75, 0.001])
    #expect(set.detections.boxes[0] == SizedBox(x: 1.25, y: 2, width: 3, height: 4))
    #expect(set.detections.areas == [12, 1])
    #expect(set.mismatches.count == 0)
    #expect(try found("[]").detections.count == 0)
  }

  @Test func contradictionsAreListed() throws {
    let set = try found(
      """
      [{"image_id": 99, "category_id": 9, "bbox": [0, 0, 1, 1], "score": 1},
       {"image_id": 20, "category_id": 1, "bbox": [0, 0, 1, 1], "score": 1},
       {"image_id": 20, "category_id": 4, "bbox": [500, 0, 1, 1], "score": 1},
       {"image_id": 20, "category_id": 4, "bbox": [0, 0, -1, 1], "score": 1},
       {"image_id": 20, "category_id": 4, "bbox": [0, 0, 1e200, 1e200], "score": 1},
       {"image_id": 20, "category_id": 4, "bbox": [0, 0, 1, -1], "score": 1}]
      """)
    #expect(set.mismatches.count(.unknownImage) == 1)
    #expect(set.mismatches.count(.unknownClass) == 1)
    #expect(set.mismatches.count(.boxOutsideImage) == 1)
    #expect(set.mismatches.count(.impossibleBox) == 2 && set.mismatches.errorCount == 2)
    // pycocotools accepts boxes of any size from 0.
    #expect(set.detections.count == 2 && set.detections.areas[1] == .greatestFiniteMagnitude)
    #expect(set.mismatches.sentences(.unknownImage)[0].contains("byte 1: image id 99 is not in "))
    let groundTruth = try groundTruth(
      Self.groundTruthText.replacingOccurrences(of: "\"id\": 8", with: "\"id\": 7")
        .replacingOccurrences(of: "\"image_id\": 30", with: "\"image_id\": 31"))
    #expect(groundTruth.mismatches.count(.repeatedId) == 1)
    #expect(groundTruth.mismatches.count(.unknownImage) == 1)
  }

  @Test(arguments: [
    ("[{\"image_id\": 20}]", "a result has no \"category_id\" (byte 1)"),
    ("[{\"image_id\": 20, \"image_id\": 30}]", "the key \"image_id\" is repeated in one object"),
    ("[{\"image_id\": 20, \"bbox\": [1, 2, 3]}]", "this list has 3 numbers (byte 26)"),
    ("[{\"score\": NaN}]", "\"score\", a number, is expected, but found \"NaN}]\" (byte 11)"),
    ("[{\"score\": 1e999}]", "the number 1e999 is too large (byte 11)"),
    (
      "[\n{\"score\": 1",
      "found.json:2: a comma or the end of the object is expected, but the file ends"
    ),
    ("[] x", "the end of the file is expected, but found \"x\" (byte 3)"),
    (
      "[{\"image_id\": 20, \"category_id\": 4, \"bbox\": [1, 2, 3, 4], \"score\": 1},\n",
      "an object (a result) is expected, but the file ends"
    ),
    ("x", "detections are expected here"), ("", "JSON is expected, but it is an empty file"),
  ])
  func brokenResultsAreTold(text: String, sentence: String) throws {
    let path = try file("found.json", text)
    let groundTruth = try groundTruth()
    #expect {
      _ = try DetectionSet.read([path], for: groundTruth)
    } throws: {
      "\($0)".contains(sentence)
    }
  }

  @Test(arguments: [
    ("[]", "an object (with \"images\""),
    ("{\"images\": []}", "the file has no list \"categories\""),
    ("{\"images\": 3}", "the list of \"images\" is expected"),
    ("{\"images\": [], \"images\": []}", "the key \"images\" is repeated"),
    ("{\"images\": [{\"file_name\": \"x\"}]}", "an image has no \"id\""),
    ("", "JSON is expected, but it is an empty file"),
  ])
  func brokenGroundTruthsAreTold(text: String, sentence: String) {
    #expect { _ = try groundTruth(text) } throws: { "\($0)".contains(sentence) }
  }

  /// Parts of a large file, read at the same time, give what one go gives; texts that look like the
  /// border of two objects do not confuse it.
  @Test(arguments: [false, true])
  func partsGiveTheSameAsOneGo(hasTraps: Bool) throws {
    let trap =
      hasTraps
      ? ", \"note\": \"},{}, {\\\"image_id\\\": 20}, { \(String(repeating: "},{", count: 300))\""
      : ""
    let rows = (0..<(hasTraps ? 3_000 : 40_000)).map {
      "{\"image_id\": \($0 % 2 == 0 ? 20 : 30), \"category_id\": 4, "
        + "\"bbox\": [\($0 % 40), 1, 2.5, 3], \"score\": 0.\($0 + 1)\(trap)}"
    }
    let path = try file("large.json", "[" + rows.joined(separator: ",\n") + "]")
    let groundTruth = try groundTruth()
    let parallel = CuttingExecutor()
    let set = try DetectionSet.read([path], for: groundTruth, tasks: parallel)
    #expect(set.detections.count == rows.count)
    #expect(set.detections.scores == rows.indices.map { Double("0.\($0 + 1)") })
    #expect(set.detections.images == rows.indices.map { Int32($0 % 2) })
    // The same file with a fault near its end tells the byte, whichever part met it.
    let broken = "[" + rows.joined(separator: ",\n") + ", {\"score\": ]"
    let brokenPath = try file("broken.json", broken)
    #expect {
      _ = try DetectionSet.read([brokenPath], for: groundTruth, tasks: parallel)
    } throws: {
      "\($0)".contains("(byte \(broken.utf8.count - 1))")
    }
  }

  @Test func linesAreJoinedByNames() throws {
    let set = try found(
      """
      {"path": "/else/where/first.jpg", "width": 64, "height": 64, "milliseconds": 3, "boxes": [\
      {"box": [1, 2, 4, 6.5], "class": "dog", "class_index": 0, "score": 0.5}]}
      {"path": "b/second.jpg", "error": "broken"}
      """, name: "found.jsonl")
    #expect(set.detections.images == [0] && set.detections.classes == [1])
    #expect(set.detections.boxes == [SizedBox(x: 1, y: 2, width: 3, height: 4.5)])
    #expect(set.mismatches.count == 0)
    let odd = try found(
      """
      {"path": "first.jpg", "width": 32, "height": 64, "boxes": []}
      {"path": "first.jpg", "boxes": [{"box": [1, 2, 4, 6], "class": "cow", "score": 1}]}
      {"path": "third.jpg", "boxes": []}
      """, name: "odd.jsonl")
    #expect(odd.mismatches.count(.otherSize) == 1 && odd.mismatches.count(.duplicate) == 1)
    #expect(odd.mismatches.count(.unknownClass) == 1 && odd.mismatches.count(.unknownImage) == 1)
    #expect(try found("", name: "empty.jsonl").detections.count == 0)
    #expect { _ = try found("{\"path\": \"first.jpg\"}", name: "b.jsonl") } throws: {
      "\($0)".contains("neither \"boxes\" nor \"error\"")
    }
  }

  @Test func foldersOfLabelsAreInFractions() throws {
    try file("labels/first.txt", "1 0.5 0.5 0.25 0.5 0.75\n\n0 0.5 0.5 1 1 1\n")
    try file("labels/stranger.txt", "0 0.5 0.5 1 1 1\n")
    try file("labels/second.txt", "7 0.5 0.5 1 1 1\n")
    let groundTruth = try groundTruth()
    let set = try DetectionSet.read([folder.path], for: groundTruth)
    #expect(set.detections.images == [0, 0] && set.detections.classes == [1, 0])
    // 64 x 64 pixels: the center 32, 32 and the size 16 x 32.
    #expect(set.detections.boxes[0] == SizedBox(x: 24, y: 16, width: 16, height: 32))
    #expect(set.detections.scores == [0.75, 1])
    #expect(set.mismatches.count(.unknownImage) == 1 && set.mismatches.count(.unknownClass) == 1)
    try file("labels/first.txt", "1 0.5 nan 0.25 0.5 0.75\n")
    #expect { _ = try DetectionSet.read([folder.path], for: groundTruth) } throws: {
      "\($0)".contains("first.txt:1: a row is expected")
    }
  }

  @Test func namesThatSeveralImagesShareMeanNone() {
    let names = ImageNames(
      ["a/x.jpg", "b/x.jpg", "y.png"].map { .init(name: $0, id: nil, width: 1, height: 1) })
    #expect(names["a/x.jpg"] == 0 && names["b/x.jpg"] == 1)
    #expect(names["x.jpg"] == nil && names["x"] == nil && names["c/x.jpg"] == nil)
    let numbered = ImageNames(
      ["000012.jpg", "7.jpg", "07.jpg"].map { .init(name: $0, id: nil, width: 1, height: 1) })
    #expect(numbered["12"] == 0 && numbered["000012"] == 0 && numbered["07"] == 2)
    #expect(numbered["7"] == nil, "7.jpg and 07.jpg are both 7")
    #expect(names["y"] == 2 && names["z/y.png"] == 2 && names["y.jpg"] == 2)
  }

  @Test func partsOfARunShareNoImage() throws {
    func rows(_ ids: Int...) -> String {
      let rows = ids.map {
        "{\"image_id\": \($0), \"category_id\": 4, \"bbox\": [0, 0, 1, 1], \"score\": 0.5}"
      }
      return "[" + rows.joined(separator: ",") + "]"
    }
    let groundTruth = try groundTruth()
    let (a, b) = (try file("a.json", rows(20, 20)), try file("b.json", rows(30)))
    let apart = try DetectionSet.read([a, b], for: groundTruth)
    #expect(apart.detections.images == [0, 0, 1] && apart.mismatches.errorCount == 0)
    let c = try file("c.json", rows(30, 20, 20))
    let shared = try DetectionSet.read([a, b, c], for: groundTruth)
    #expect(shared.mismatches.count(.duplicate) == 2)
    #expect(
      shared.mismatches.sentences(.duplicate)[0] == "\(c): first.jpg has detections in \(a), too")
  }

  /// Ground truth from a dataset's samples has the same boxes, areas and crowds as from the file.
  @Test func samplesAndFilesGiveTheSameGroundTruth() throws {
    for name in ["a", "b"] { try folder.writeImage("val2017/\(name).png", width: 20, height: 10) }
    let path = try file(
      "annotations/instances_val2017.json",
      """
      {"images": [{"id": 2, "file_name": "b.png", "width": 20, "height": 10},
        {"id": 1, "file_name": "a.png", "width": 20, "height": 10}],
      "categories": [{"id": 7, "name": "cat"}], "annotations": [
        {"id": 1, "image_id": 1, "category_id": 7, "bbox": [1.5, 2, 3, 4], "area": 7.25},
        {"id": 2, "image_id": 1, "category_id": 7, "bbox": [15.5, 0, 5, 5]},
        {"id": 3, "image_id": 2, "category_id": 7, "bbox": [0, 0, 10, 9], "iscrowd": 1}]}
      """)
    let direct = try GroundTruth.read(path, split: "val")
    let samples = GroundTruth(try Dataset.open(path: folder.path, split: "val"))
    #expect(samples.groundTruths.boxes.count == 3)
    #expect(Set(samples.groundTruths.boxes) == Set(direct.groundTruths.boxes))
    // Without an area, it is width times height.
    #expect(samples.groundTruths.areas.sorted() == [7.25, 25, 90])
    #expect(samples.groundTruths.traits.filter { $0 == .crowd }.count == 1)
    // The ground truth of a folder is that of its file, ids included.
    #expect(try GroundTruth.read(folder.path, split: "val").images == direct.images)
  }

  @Test func idsMayLieFarApart() {
    for ids in [[3, 5, 900], [Int.min / 4, 0, 1 << 50], []] {
      let table = IdTable(ids.map { .number($0) })
      for (index, id) in ids.enumerated() { #expect(table[id] == index) }
      for id in [4, -1, Int.max, Int.min] { #expect(table[id] == nil) }
    }
  }
}

/// Runs tasks at the same time and expects that there are several.
private struct CuttingExecutor: ParallelExecutor {
  func run(_ count: Int, _ body: (Int) -> Void) {
    #expect(count > 2, "the file is too small to be cut")
    ConcurrentExecutor().run(count, body)
  }
}
