import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// Datasets that want to harm: clear issues, no crash, no end of time, nothing read outside.
@Suite struct HostileDataTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func check(_ name: String, _ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(
      ["check", folder.path + "/" + name] + words,
      environment: ["XDG_CACHE_HOME": folder.path + "/cache"])
  }

  private func writeYOLO(_ rows: String = "0 0.5 0.5 0.5 0.5\n") throws {
    try Fixtures.writeImage(to: folder.path + "/yolo/images/train/a.png")
    try folder.write("yolo/labels/train/a.txt", rows)
    try folder.write("yolo/data.yaml", "train: images/train\nnames: [cat]\n")
  }

  @Test func pipesAndDevicesAreNotRead() throws {
    try writeYOLO()
    for (name, make) in [("pipe", 0), ("zero", 1), ("loop", 2), ("folder", 3)] {
      let path = folder.path + "/yolo/images/train/\(name).png"
      switch make {
      case 0: mkfifo(path, 0o600)
      case 1: symlink("/dev/zero", path)
      case 2: symlink("\(name).png", path)
      default: mkdir(path, 0o700)
      }
      let labels = folder.path + "/yolo/labels/train/\(name).txt"
      switch make {
      case 0: mkfifo(labels, 0o600)
      case 1: symlink("/dev/zero", labels)
      case 2: symlink("\(name).txt", labels)
      default: mkdir(labels, 0o700)
      }
    }
    for words in [["--all"], ["--all", "--no-images"]] {
      let result = try BuiltProgram.run(
        ["check", folder.path + "/yolo"] + words,
        environment: ["XDG_CACHE_HOME": folder.path + "/cache"])
      #expect(result.exitCode == 4, "\(result.diagnostics)")
      for name in ["pipe", "zero", "loop"] {
        #expect(result.output.contains("/labels/train/\(name).txt"), "\(name)")
      }
    }
  }

  @Test func foldersThatLeadBackAreWalkedOnce() throws {
    try writeYOLO()
    symlink(".", folder.path + "/yolo/images/train/again")
    let result = try check("yolo", "--strict")
    #expect(result.exitCode == 0, "\(result.output)")
    symlink("..", folder.path + "/yolo/images/train/up")
    let told = try check("yolo")
    #expect(told.exitCode == 0, "\(told.output)")
    #expect(told.output.contains("/images/train/up: the link points to a parent folder"))
  }

  @Test func aHundredThousandBoxesInAImageAreNoTrouble() throws {
    var rows = ""
    for number in 0..<100_000 {
      rows += "0 0.\(10_000 + number % 79_000) 0.\(10_000 + number / 3 % 79_000) 0.05 0.05\n"
    }
    try writeYOLO(rows)
    let page = folder.path + "/page.html"
    let result = try check("yolo", "--report", page)
    #expect(result.exitCode == 0, "\(result.output)")
    #expect(result.output.contains("100000"))
    let size = try FileManager.default.attributesOfItem(atPath: page)[.size] as? Int
    #expect((size ?? .max) < 4_000_000)
  }

  @Test func jsonThatIsNoneIsAIssue() throws {
    try Fixtures.writeImage(to: folder.path + "/coco/train/a.png")
    let head =
      "{\"images\": [{\"id\": 1, \"file_name\": \"a.png\"}],\n\"categories\": [{\"id\": 1, \"name\": "
      + "\"cat\"}],\n\"annotations\": ["
    let good = "{\"id\": 1, \"image_id\": 1, \"category_id\": 1, \"bbox\": [1, 1, 9, 9]}"
    for text in [
      // What Python writes, what nobody writes, and lists without end.
      head + good
        + ",\n{\"id\": 2, \"image_id\": 1, \"category_id\": 1, \"bbox\": [1, NaN, 9, 9]}]}",
      head + good
        + ",\n{\"id\": 2, \"image_id\": 1e999, \"category_id\": 1, \"bbox\": [1, 1, 9, 9]}]}",
      head + String(repeating: "[", count: 100_000),
      head + good + "]}}}", "", "[]", "null", "\u{0}\u{1}",
    ] {
      try folder.write("coco/annotations/instances_train.json", text)
      let result = try check("coco")
      #expect(result.exitCode == 4, "\(text.prefix(300)): \(result.output)")
      #expect((result.output + result.diagnostics).contains("instances_train.json"))
    }
  }

  @Test func namesThatLeadOutAreNotFollowed() throws {
    // Outside of the dataset lies an image that could be read.
    try Fixtures.writeImage(to: folder.path + "/secret.png")
    try Fixtures.writeImage(to: folder.path + "/coco/train/a.png")
    var images = "{\"id\": 1, \"file_name\": \"a.png\"}"
    let names = ["../../secret.png", "../secret.png", folder.path + "/secret.png"]
    for (number, name) in names.enumerated() {
      images += ",\n{\"id\": \(number + 2), \"file_name\": \"\(name)\"}"
    }
    try folder.write(
      "coco/annotations/instances_train.json",
      """
      {"images": [\(images)], "categories": [{"id": 1, "name": "cat"}],
       "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 9, 9]}]}
      """)
    let result = try check("coco", "--all")
    #expect(result.exitCode == 4)
    #expect(result.output.contains("error: path outside the dataset (3)"))
    #expect(result.output.contains("3 errors, 0 warnings"))
  }

  /// Ten thousand images of four million pixels take minutes to decode, and a signal is sent as soon
  /// as the line of progress says that it has begun.
  @Test func anInterruptedCheckGives75() throws {
    try writeYOLO()
    let images = folder.path + "/yolo/images/train/"
    try ImageFile.write(Image(width: 2000, height: 2000), to: images + "0.png")
    for number in 1..<10_000 { link(images + "0.png", images + "\(number).png") }
    let process = Process()
    process.executableURL = BuiltProgram.url
    process.arguments = ["check", folder.path + "/yolo", "--threads", "1"]
    process.environment = ["XDG_CACHE_HOME": folder.path + "/cache"]
    process.standardOutput = FileHandle.nullDevice
    let complaints = Pipe()
    process.standardError = complaints
    try process.run()
    var text = ""
    while !text.contains("Checking: ") {
      let data = complaints.fileHandleForReading.availableData
      guard !data.isEmpty else { break }
      text += String(decoding: data, as: UTF8.self)
    }
    process.interrupt()
    text += String(
      decoding: complaints.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 75, "\(text)")
    #expect(text.contains(/interrupted; \d+ of 10001 images were checked/), "\(text)")
  }
}
