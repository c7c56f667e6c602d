import Foundation
import Testing

/// The exit codes of paths: 1 where they do not exist or cannot be written, 4 where they hold no
/// valid dataset. See "Exit codes" in the help of the commands.
@Suite struct ExitCodeTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let data = try TemporaryFolder()
    try Fixtures.writeVOC(in: data)
    try FileManager.default.moveItem(atPath: data.path, toPath: folder.path + "/voc")
  }

  private func run(_ line: String) throws -> BuiltProgram.Result {
    try BuiltProgram.run(line.split(separator: " ").map(String.init), in: folder.path)
  }

  @Test(arguments: [
    "check none", "check none --format coco", "check voc --augmented 2 --config none",
    "convert none --to yolo -o out", "split none -o out", "train --data none",
    "train --data voc --weights ./none", "train --resume none", "train --config none",
    "bench --data none", "bench --weights ./none", "export --weights ./none",
    "info --weights ./none",
    "detect none", "detect none.txt", "detect voc --weights ./none --no-save",
    "evaluate --data none", "evaluate --data voc --weights ./none",
    "evaluate --truth none --detections voc", "evaluate --truth voc --detections none.json",
    "evaluate --truth voc --detections voc --images none",
  ])
  func pathsThatDoNotExist(line: String) throws {
    let result = try run(line)
    #expect(result.exitCode == 1, "\(result.diagnostics)")
    #expect(result.diagnostics.split(separator: "\n").count == 1, "\(result.diagnostics)")
    #expect(result.diagnostics.contains("none"))
  }

  @Test(arguments: [
    "convert voc --to yolo -o file", "convert voc --to yolo -o file/inner", "split voc -o file",
    "detect voc/JPEGImages -o file", "train --data voc -o file --imgsz 64 --batch 2",
    "convert voc --to yolo -o link", "check voc --csv voc", "check voc --csv none/x.csv",
  ])
  func pathsThatCannotBeWritten(line: String) throws {
    try folder.write("file", "mine")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/link", withDestinationPath: "none/out")
    let result = try run(line)
    #expect(result.exitCode == 1, "\(result.diagnostics)")
    #expect(result.output == "")
    #expect(try String(contentsOfFile: folder.path + "/file", encoding: .utf8) == "mine")
    #expect(!result.diagnostics.contains("partial"))
  }

  @Test func theDatasetOfARunWasMoved() throws {
    let first = try run("train --data voc --imgsz 64 --batch 3 --epochs 1 --name run")
    #expect(first.exitCode == 0, "\(first.diagnostics)")
    try FileManager.default.moveItem(
      atPath: folder.path + "/voc", toPath: folder.path + "/elsewhere")
    let moved = try run("train --resume runs/run --epochs 2")
    #expect(moved.exitCode == 1 && moved.diagnostics.contains(folder.path + "/voc"))
  }

  // MARK: Files of other kinds

  private static let kinds: [(content: [UInt8], name: String)] = [
    (Array("<!DOCTYPE html><html><body>404</body></html>".utf8), "an HTML page"),
    (Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\n".utf8), "Git LFS pointer"),
    ([], "an empty file"), ([0x1F, 0x8B, 8, 0, 0, 0], "a gzip file"),
    (Array("PK\u{3}\u{4}\u{14}\0".utf8), "a zip archive"),
  ]

  @Test(arguments: kinds)
  func filesThatAreNotJSONAreNamed(content: [UInt8], name: String) throws {
    try Data(content).write(to: URL(fileURLWithPath: folder.path + "/voc/junk.json"))
    try folder.write("found.json", "[]")
    try folder.write(
      "truth.json",
      #"{"images": [{"id": 1, "file_name": "a.png", "width": 9, "height": 9}], "#
        + #""categories": [{"id": 1, "name": "cat"}], "annotations": []}"#)
    for line in [
      "evaluate --truth voc/junk.json --detections found.json",
      "evaluate --truth truth.json --detections voc/junk.json", "check voc/junk.json",
      "convert voc/junk.json --to yolo -o out", "train --data voc/junk.json",
    ] {
      let result = try run(line)
      #expect(result.exitCode == 4 && result.diagnostics.contains(name), "\(result.diagnostics)")
    }
  }

  /// The files of a dataset: an annotation file, a label file per image, a description.
  @Test(arguments: [
    ("annotations/train.json", "train/a.png", ""), ("a.json", "a.png", ""),
    ("labels/a.txt", "images/a.png", "train: images\nnames: [cat]\n"),
    ("Annotations/a.xml", "JPEGImages/a.png", ""), ("data.yaml", "images/a.png", ""),
    ("boxes/a.xml", "photos/a.png", ""), ("coco.json", "photos/day 1/a.png", ""),
  ])
  func filesOfDatasetsAreNamed(file: String, image: String, description: String) throws {
    try Fixtures.writeImage(to: folder.path + "/data/" + image)
    if !description.isEmpty { try folder.write("data/data.yaml", description) }
    let (pointer, name) = (Self.kinds[1].content, Self.kinds[1].name)
    try folder.write("data/" + file, String(decoding: pointer, as: UTF8.self))
    for line in ["check data", "train --data data --imgsz 64"] {
      let result = try run(line)
      let text = result.output + result.diagnostics
      #expect(result.exitCode == 4 && text.contains(name) && text.contains(file), "\(text)")
    }
  }
}
