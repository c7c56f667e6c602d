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
    #expect(lines.count == 5)
    #expect(lines[0].hasPrefix("Training compact with "))
    #expect(lines[0].hasSuffix(" on 6 images of 3 classes, validating on 4"))
    // The three classes, cat, dog and person, are among those of the built-in weights.
    #expect(
      lines[1]
        == "Transferred 311 of 317 tensors from the built-in weights; class layers: 3 of 3 classes by "
        + "name")
    #expect(lines[2].hasPrefix("1 epoch of 2 steps with batch size 3, about "))
    #expect(
      lines[3].hasPrefix("Recipe: fine-tuning (optimizer adamw, lr0 0.003, lr-schedule cosine, "))
    #expect(lines[4].hasPrefix("Epoch 1/1: loss ") && lines[4].contains("AP50-95"))
    #expect(!first.diagnostics.contains("\u{1B}"))
    #expect(rows("runs/train-1").count == 2)

    let more = try train("--resume", "runs/train-1", "--epochs", "2")
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    #expect(more.diagnostics.contains("\nResuming from epoch 2\n"))
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
    #expect(said.contains("resume with 'glimpse train --resume runs/long'\n"))

    let epochs = rows("runs/long").count - 1
    #expect(epochs >= 1)
    let result = try train("--resume", "runs/long", "--epochs", "\(epochs + 1)")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(rows("runs/long").count == epochs + 2)
  }

  /// The first signal is answered at once; a second one, of either kind, ends the process.
  @Test(arguments: [(SIGINT, SIGINT), (SIGTERM, SIGINT), (SIGINT, SIGTERM)])
  func aSecondSignalEndsAtOnce(first: Int32, second: Int32) throws {
    let process = Process()
    process.executableURL = BuiltProgram.url
    // One step of an epoch takes longer than the test.
    process.arguments =
      ["train", "--data", ".", "--imgsz", "640", "--batch", "6", "--epochs", "1", "--name", "end"]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    let diagnostics = Pipe()
    process.standardError = diagnostics
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    var said = ""
    func wait(for text: String) {
      while !said.contains(text) {
        let data = diagnostics.fileHandleForReading.availableData
        guard !data.isEmpty else { break }
        said += String(decoding: data, as: UTF8.self)
      }
    }
    wait(for: "Recipe: ")
    kill(process.processIdentifier, first)
    wait(for: "press Ctrl-C again")
    kill(process.processIdentifier, second)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130, "\(said)")
    // What it leaves can be resumed.
    #expect(try RunFolder(existing: folder.path + "/runs/end").path.hasSuffix("/runs/end"))
  }

  @Test func optionsWinOverTheFileWhereverTheyStand() throws {
    try folder.write("c.json", #"{"data": ".", "imgsz": 32, "epochs": 1, "batch": 2, "seed": 9}"#)
    let result = try train("--batch", "6", "--config", "c.json", "--name", "c")
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let config = try TrainingConfig(jsonFile: folder.path + "/runs/c/config.json")
    #expect(config.batch == 6 && config.imgsz == 32 && config.seed == 9 && config.epochs == 1)
  }

  @Test func aFrozenBackboneIsReported() throws {
    let result = try BuiltProgram.run(
      ["train"] + Self.small + ["--epochs", "1", "--freeze", "backbone"], in: folder.path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    // Counted in the file of weights: names that begin with "backbone.", without statistics.
    let weights = try Model(path: folder.path + "/runs/train-1/weights/best.safetensors")
    let layout = weights.parameters.layout
    let count = layout.entries.filter {
      $0.name.hasPrefix("backbone.") && $0.declaration.kind != .statistic
    }.reduce(0) { $0 + $1.range.count }
    #expect(
      result.diagnostics.contains(
        "\nFrozen: \(count) of \(layout.trainable.count) parameters (backbone)\n"))
    // What was transferred from the built-in weights is there unchanged.
    let builtIn = try Model(DefaultWeights.file(of: "compact")).parameters
    for entry in layout.entries where entry.name.hasPrefix("backbone.") {
      let range = try #require(builtIn.layout[entry.name]).range
      #expect(
        weights.parameters.values[entry.range].elementsEqual(builtIn.values[range]),
        "\(entry.name)")
    }
  }

  /// Two of the six training images hold each class.
  @Test func aPartOfTheDatasetIsTrained() throws {
    let result = try BuiltProgram.run(
      ["train"] + Self.small + [
        "--epochs", "1", "--classes", "dog,0", "--single-cls", "--fraction", "0.5",
      ], in: folder.path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    for line in [
      "on 3 images of 1 class, validating on 4",
      "Classes: 2 of 3; 2 training objects of others are background",
      "One class: object, for 2 classes", "Fraction 0.5: 3 of 6 training images",
    ] {
      #expect(result.diagnostics.contains(line + "\n"), "\(result.diagnostics)")
    }
    let weights = try Model(path: folder.path + "/runs/train-1/weights/last.safetensors")
    #expect(weights.description.classNames == ["object"])
    let more = try train("--resume", "runs/train-1", "--epochs", "2")
    #expect(more.exitCode == 0, "\(more.diagnostics)")
    let other = try train("--resume", "runs/train-1", "--epochs", "2", "--fraction", "1")
    #expect(other.exitCode == 2 && other.diagnostics.contains("it had 3 training images and has 6"))
  }

  /// There are six images to learn from: four is the largest power of two.
  @Test func anAutomaticBatchIsRecorded() throws {
    let words = [
      "--data", ".", "--imgsz", "32", "--epochs", "1", "--batch", "auto", "--name", "auto",
    ]
    let result = try BuiltProgram.run(["train"] + words, in: folder.path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.diagnostics.contains("1 epoch of 2 steps with batch size 4, about "))
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

  /// Every setting has an option of its name, whose help shows range and default.
  @Test func everySettingHasAnOption() throws {
    let json = try JSONDecoder().decode([String: Ignored].self, from: TrainingConfig().json)
    let options = Dictionary(
      uniqueKeysWithValues: Train.options.groups.flatMap(\.options).map { ($0.name, $0) })
    #expect(options.count == json.count + 3, "config, resume and task are no settings")
    for key in json.keys {
      let option = try #require(options[key.replacing("_", with: "-")], "no option for \(key)")
      let knob = Knob.named(key)
      #expect(option.help == knob.help && option.valueName == knob.unit)
      #expect(option.notes(Train()) == knob.notes)
    }
    let help = HelpPage(columns: 100, isStyled: false).command(CommandDescription(Train.self))
    #expect(help.contains("--hsv-h <fraction>"))
    let words = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("[from 0 to 0.5; default: 0.015, 0 segmentation]"))
    #expect(!help.contains("--project") && !help.contains("--lr <"))
  }

  @Test(arguments: Knob.all.map(\.name))
  func valuesOutOfRangeAreUsageErrors(name: String) throws {
    let knob = Knob.named(name)
    guard knob.unit != nil, !knob.range.isEmpty else { return }
    #expect {
      _ = try ArgumentParser<Train>.parse(["--\(knob.option)=-1"])
    } throws: { error in
      guard let error = error as? CommandError else { return false }
      return error.exitCode == .usage
        && error.description.hasPrefix("--\(knob.option) takes ")
    }
  }

  @Test(arguments: [
    (["--lr", "0.5", "--project", "p"], 0.5), (["--lr0=0.25", "--output=p"], 0.25),
    (["--lr_0", "1"], nil),
  ])
  func aliasesAreAccepted(words: [String], rate: Double?) throws {
    guard let rate else {
      #expect(throws: CommandError.self) { try ArgumentParser<Train>.parse(words) }
      return
    }
    guard case .run(let train) = try ArgumentParser<Train>.parse(words) else {
      Issue.record("no command")
      return
    }
    #expect(train.config.learningRate == rate && train.config.output == "p")
  }

  @Test func assignersAndBoxLossesTrain() throws {
    for (assigner, loss) in [("simota", "diou"), ("tal", "giou"), ("simota", "iou")] {
      let words = ["--epochs", "1", "--assigner", assigner, "--box-loss", loss, "--box", "3"]
      let name = "\(assigner)-\(loss)"
      let result = try BuiltProgram.run(
        ["train"] + Self.small + words + ["--name", name], in: folder.path)
      #expect(result.exitCode == 0, "\(result.diagnostics)")
      let config = try TrainingConfig(jsonFile: "\(folder.path)/runs/\(name)/config.json")
      #expect(config.assigner.rawValue == assigner && config.boxLoss.rawValue == loss)
      #expect(config.boxWeight == 3)
    }
    #expect(
      Set(["simota-diou", "tal-giou", "simota-iou"].map { rows("runs/\($0)")[1] }).count == 3)
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
      (["--data", "sorted"], 4, "folders give the class of an image, not the places"),
      (["--epochs", "3"], 2, "train needs --data <path>"),
      (Self.small + ["--classes", "cow"], 2, "has no class 'cow'"),
      (Self.small + ["--fold", "1"], 2, "fold is given, but not folds"),
      (["--data", ".", "--fraction", "0"], 2, "--fraction takes a number above 0, at most 1"),
      (Self.small + ["--folds", "20"], 4, "too few for 20 folds"),
      (
        Self.small + ["--freeze", "bakbone"], 2,
        "no parameter of compact matches 'bakbone'; its top-level scopes are backbone, neck, head"
      ),
      (["--data", ".", "--epochs", "0"], 2, "--epochs takes a whole number from 1"),
      (["--config", "odd.json"], 2, "there is no setting named \"epoch\""),
      (["--config", "huge.json", "--data", "lost"], 2, "imgsz"),
      (["--data", "lost", "--strict"], 4, "With strict, no image may be left out"),
      (["--config", "gone.json"], 1, "gone.json: there is no file of this name"),
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
