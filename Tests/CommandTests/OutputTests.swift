import Foundation
import Testing

import Glimpse
@testable import GlimpseCommand

/// Outputs at symbolic links: the link stays, and its target is written.
@Suite struct LinkedOutputTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("yolo/data.yaml", "train: images\nnames: [cat]\n")
    try folder.write("yolo/labels/a.txt", "0 0.5 0.5 0.3 0.3\n")
    try Fixtures.writeImage(to: folder.path + "/yolo/images/a.png")
    try folder.write(
      "truth.json",
      #"{"images": [{"id": 1, "file_name": "a.png", "width": 9, "height": 9}], "#
        + #""categories": [{"id": 1, "name": "cat"}], "#
        + #""annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 5, 5]}]}"#)
    try folder.write("found.json", "[]")
  }

  private static let lines = [
    "check yolo --csv", "evaluate --truth truth.json --detections found.json --csv",
    "evaluate --truth truth.json --detections found.json --report",
    "export --imgsz 64 --overwrite -o",
    "bench --imgsz 64 --runs 1 --dump-output", "bench --imgsz 64 --runs 1 --dump-input",
  ]

  @Test(arguments: lines)
  func linksStay(line: String) throws {
    let ending = line.contains("--report") ? ".html" : ".out"
    let files = FileManager.default
    try folder.write("out/old" + ending, "old")
    for (name, target) in [
      ("a", "out/old"), ("b", "out/new"), ("c", "none/new"),
    ] {
      let link = folder.path + "/" + name + ending
      try files.createSymbolicLink(atPath: link, withDestinationPath: target + ending)
      let result = try BuiltProgram.run(
        line.split(separator: " ").map(String.init) + [name + ending], in: folder.path)
      #expect(try files.destinationOfSymbolicLink(atPath: link) == target + ending)
      if name == "c" {
        #expect(result.exitCode == 1 && result.diagnostics.contains("symbolic link"))
        #expect(result.diagnostics.split(separator: "\n").count == 1)
      } else {
        #expect(result.exitCode == 0, "\(result.diagnostics)")
        #expect((files.contents(atPath: "\(folder.path)/\(target)\(ending)")?.count ?? 0) > 10)
      }
    }
    #expect(try files.contentsOfDirectory(atPath: folder.path + "/out").count == 2)
  }

  /// A file that standard output goes to is not replaced: what is printed follows what is written.
  @Test func standardOutputIsNotReplaced() throws {
    let result = try BuiltProgram.runShell(
      "\"$GLIMPSE\" check yolo --csv /dev/stdout > all.txt && readlink /dev/stdout && cat all.txt",
      in: folder.path)
    #expect(result.exitCode == 0)
    let text = result.output
    #expect(text.contains("severity,kind,file,line,message") && text.contains("split  images"))
  }

  @Test func inputsAreNotReplaced() throws {
    for line in ["check truth.json --csv truth.json", "check ./truth.json --csv link"] {
      try? FileManager.default.createSymbolicLink(
        atPath: folder.path + "/link", withDestinationPath: "truth.json")
      let result = try BuiltProgram.run(
        line.split(separator: " ").map(String.init), in: folder.path)
      #expect(result.exitCode == 2 && result.diagnostics.contains("would replace an input"))
    }
  }
}

@Suite struct IssueNotesTests {
  @Test func theFirstAreToldAndTheRestCounted() {
    let recorder = Recorder()
    var notes = IssueReporter(
      on: Console(output: recorder.output(), diagnostics: recorder.output()))
    for number in 0..<13 { notes.add("problem \(number)") }
    notes.finish()
    notes.finish()
    let lines = recorder.all.split(separator: "\n")
    #expect(lines.count == 11)
    #expect(lines[0] == "warning: problem 0")
    #expect(lines[10] == "warning: and 3 more issues")
  }
}
