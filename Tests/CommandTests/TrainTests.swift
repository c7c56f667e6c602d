import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

@Suite struct TrainTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Fixtures.writeVOC(in: folder)
  }

  private func train(_ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(["train"] + words, in: folder.path)
  }

  private static let small = ["--data", ".", "--imgsz", "64", "--batch", "3"]

  private func rows(_ run: String) -> [String] {
    let data = FileManager.default.contents(atPath: "\(folder.path)/\(run)/results.csv") ?? Data()
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test func oneEpochThenOneMore() throws {
    let words = ["train"] + Self.small + ["--epochs", "1", "--threads", "1"]
    let first = try BuiltProgram.run(words, in: folder.path)
    #expect(first.exitCode == 0, "\(first.diagnostics)")
    #expect(first.output.contains("class ") && first.output.contains("\nall "))
    #expect(first.output.contains("best weights  runs/train-1/weights/best.safetensors (epoch 1, "))
    let lines = first.diagnostics.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("Training compact with "))
    #expect(lines[0].hasSuffix(" on 6 images of 3 classes, 4 to validate on"))
    #expect(lines[1].hasPrefix("1 epoch of 2 steps of 3 images, about "))
    #expect(lines[2].hasPrefix("Epoch 1/1: loss ") && lines[2].contains("AP50-95"))
    #expect(!first.diagnostics.contains("\u{1B}"))
    #expect(rows("runs/train-1").count == 2)

    let more = try train("--resume", "runs/train-1", "--epochs", "2")
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    #expect(more.diagnostics.contains("\nGoing on after 1 epoch\n"))
    #expect(more.diagnostics.contains("Epoch 2/2: loss "))
    #expect(rows("runs/train-1").count == 3)

    try Fixtures.writeImage(to: folder.path + "/a.png")
    let found = try BuiltProgram.run(
      ["detect", "-w", "runs/train-1/weights/best.safetensors", "a.png"], in: folder.path)
    #expect(found.exitCode == 0)
    #expect(found.output.hasPrefix("a.png 80x60: "))
  }

  @Test func aSignalSavesAndResumeGoesOn() throws {
    let process = Process()
    process.executableURL = BuiltProgram.url
    process.arguments =
      ["train"] + Self.small + ["--epochs", "100000", "--patience", "0", "--name", "long"]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    let diagnostics = Pipe()
    process.standardError = diagnostics
    process.standardOutput = Pipe()
    process.standardInput = FileHandle.nullDevice
    try process.run()
    var said = ""
    while !said.contains("Epoch 1/") {
      let data = diagnostics.fileHandleForReading.availableData
      guard !data.isEmpty else { break }
      said += String(decoding: data, as: UTF8.self)
    }
    process.interrupt()
    said += String(
      decoding: diagnostics.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 75, "\(said)")
    #expect(said.contains("'glimpse train --resume runs/long' goes on from there\n"))

    let epochs = rows("runs/long").count - 1
    #expect(epochs >= 1)
    let result = try train("--resume", "runs/long", "--epochs", "\(epochs + 1)")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(rows("runs/long").count == epochs + 2)
  }

  @Test func optionsWinOverTheFileWhereverTheyStand() throws {
    try folder.write("c.json", #"{"data": ".", "imgsz": 32, "epochs": 1, "batch": 2, "seed": 9}"#)
    let result = try train("--batch", "6", "--config", "c.json", "--name", "c")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let config = try TrainingConfig(jsonFile: folder.path + "/runs/c/config.json")
    #expect(config.batch == 6 && config.imgsz == 32 && config.seed == 9 && config.epochs == 1)
  }

  /// There are six images to learn from: four is the largest power of two.
  @Test func anAutomaticBatchIsRecorded() throws {
    let words = [
      "--data", ".", "--imgsz", "32", "--epochs", "1", "--batch", "auto", "--name", "auto",
    ]
    let result = try BuiltProgram.run(["train"] + words, in: folder.path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.diagnostics.contains("1 epoch of 1 step of 4 images, about "))
    let config = try TrainingConfig(jsonFile: folder.path + "/runs/auto/config.json")
    #expect(config.batch == 4)
    // Going on keeps the batch that the run began with.
    let more = try train("--resume", "runs/auto", "--batch", "auto", "--epochs", "2")
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    let odd = try train("--data", ".", "--batch", "many")
    #expect(odd.exitCode == 2)
    #expect(
      odd.diagnostics.contains("--batch takes a whole number from 1 to 4096, or auto, not 'many'"))
  }

  @Test func everySettingOfTheLibraryHasAnOption() throws {
    // Names in files that the command line spells differently.
    let renamed = ["lr0": "lr", "project": "output"]
    let json = try JSONDecoder().decode([String: Ignored].self, from: TrainingConfig().json)
    let options = Set(Train.options.flatMap(\.options).map(\.name))
    for key in json.keys {
      let name = renamed[key] ?? key.replacing("_", with: "-")
      #expect(options.contains(name), "no option for \(key)")
    }
    #expect(json.count > 20)
  }

  /// An image that breaks off is told and replaced, or ends a strict training.
  @Test func unreadableImagesAreReplacedUnlessStrict() throws {
    try Fixtures.writeVOC(in: folder)
    let path = folder.path + "/JPEGImages/p3.png"
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    try whole.prefix(200).write(to: URL(fileURLWithPath: path))
    let words = Self.small + ["--epochs", "1", "--val-interval", "0"]
    let usual = try BuiltProgram.run(["train"] + words, in: folder.path)
    #expect(usual.exitCode == 0, "\(usual.diagnostics)")
    #expect(usual.diagnostics.contains("p3.png"))
    let strict = try BuiltProgram.run(["train"] + words + ["--strict"], in: folder.path)
    #expect(strict.exitCode == 4 && strict.output == "")
    let complaint = strict.diagnostics.split(separator: "\n").last ?? ""
    #expect(complaint.contains("p3.png") && complaint.contains("cannot be read"))
  }

  /// All augmentations at once, on boxes that have no polygons.
  @Test func everyAugmentationTrains() throws {
    try Fixtures.writeVOC(in: folder)
    let shares = [
      "gray", "blur", "jpeg", "erasing", "flipud", "crop", "mosaic", "mosaic9", "mixup",
      "copy-paste",
    ].flatMap { ["--\($0)", "0.5"] }
    let amounts = [
      "--brightness", "0.2", "--contrast", "0.2", "--gamma", "0.5", "--degrees", "20", "--shear",
      "10", "--perspective", "0.001", "--repeat-threshold", "0.9", "--cache", "1",
    ]
    let result = try BuiltProgram.run(
      ["train"] + Self.small + ["--epochs", "2", "--close-mosaic", "0"] + shares + amounts,
      in: folder.path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.diagnostics.contains("copy_paste has nothing to paste"))
  }

  private struct Ignored: Decodable {
    init(from decoder: any Decoder) {}
  }

  @Test func endingsHaveTheirCodes() throws {
    try folder.write("empty/readme.txt")
    try folder.write("odd.json", #"{"epoch": 3}"#)
    try Fixtures.writeImage(to: folder.path + "/bare/JPEGImages/p.png")
    try folder.write(
      "bare/Annotations/p.xml", "<annotation><filename>p.png</filename></annotation>")
    try folder.write("bare/ImageSets/Main/train.txt", "p\n")
    try Fixtures.writeImage(to: folder.path + "/sorted/train/cat/p.png")
    try folder.write("huge.json", #"{"imgsz": 4611686018427387904}"#)
    for name in ["a", "b"] {
      try Fixtures.writeImage(to: folder.path + "/lost/images/\(name).png")
      try folder.write("lost/labels/\(name).txt", "0 0.5 0.5 0.5 0.5\n")
    }
    try folder.write("lost/images/b.png", "no image")
    try folder.write("lost/classes.txt", "cat\n")
    for (words, code, sentence) in [
      (["--data", "empty"], 4, "no dataset is recognized here"),
      (["--data", "bare"], 4, "no object of the split \"train\" is labeled with a box"),
      (["--data", "sorted"], 4, "folders say what images show, and not where"),
      (["--epochs", "3"], 2, "train needs --data <path>"),
      (["--data", ".", "--epochs", "0"], 2, "--epochs takes a whole number from 1"),
      (["--config", "odd.json"], 2, "there is no setting named \"epoch\""),
      (["--config", "huge.json", "--data", "lost"], 2, "imgsz"),
      (["--data", "lost", "--strict"], 4, "With strict, no image may be left out"),
      (["--config", "gone.json"], 1, "gone.json: the file cannot be read"),
      (["--resume", "empty"], 1, "there is no run to resume"),
      (["--resume", "a", "--config", "odd.json"], 1, "there is no run to resume"),
      (["--data", ".", "--epoch", "3"], 2, "did you mean --epochs?"),
      (
        Self.small + [
          "--epochs", "3", "--optimizer", "sgd", "--lr", "1e30", "--warmup-epochs", "0",
        ], 5, "start again with a lower learning rate (it was 1e+30)"
      ),
    ] {
      let result = try BuiltProgram.run(["train"] + words, in: folder.path)
      #expect(result.exitCode == Int32(code), "\(words): \(result.diagnostics)")
      #expect(result.output == "")
      #expect(result.diagnostics.contains(sentence), "\(result.diagnostics)")
    }
  }
}
