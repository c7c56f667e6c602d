import Engine
import Foundation
import Testing

@testable import Training

/// A folder for one test, removed with the object.
final class TemporaryFolder {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("glimpse-training-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String) throws -> String {
    let file = path + "/" + name
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    return file
  }
}

@Suite struct TrainingConfigTests {
  /// A value other than the default in every setting.
  private var unusual: TrainingConfig {
    var config = TrainingConfig(data: "somewhere/data.yaml")
    config.model = "resnet18"
    config.weights = "first.safetensors"
    config.imgsz = 320
    config.multiScale = 0.25
    config.epochs = 7
    config.batch = 3
    config.patience = 5
    config.validationInterval = 2
    config.optimizer = .sgd
    config.learningRate = 0.1 + 0.2
    config.finalLearningRateFraction = 0.05
    config.momentum = 0.93
    config.weightDecay = 1e-5
    config.warmupEpochs = 0.5
    config.warmupMomentum = 0.7
    config.clip = 35
    config.emaDecay = 0.9998
    config.hue = 0.1
    config.saturation = 0.2
    config.value = 0.3
    config.brightness = 0.11
    config.contrast = 0.12
    config.gamma = 0.13
    config.gray = 0.14
    config.degrees = 15
    config.shear = 16
    config.perspective = 0.0007
    config.flipUpDown = 0.17
    config.crop = 0.18
    config.blur = 0.19
    config.jpeg = 0.21
    config.erasing = 0.22
    config.mosaic9 = 0.23
    config.mixup = 0.24
    config.copyPaste = 0.25
    config.repeatThreshold = 0.001
    config.cache = 77
    config.strict = true
    config.translate = 0.4
    config.scale = 0.6
    config.flip = 0.25
    config.mosaic = 0.75
    config.closeMosaic = 2
    config.seed = .max
    config.threads = 1
    config.workers = 4
    config.project = "elsewhere"
    config.name = "mine"
    return config
  }

  @Test func fileGivesBackWhatWasWritten() throws {
    let folder = try TemporaryFolder()
    for config in [unusual, TrainingConfig(data: "x")] {
      let file = try folder.write(String(decoding: config.json, as: UTF8.self), to: "config.json")
      #expect(try TrainingConfig(jsonFile: file) == config)
    }
  }

  @Test func everySettingIsWritten() throws {
    // One line a setting, and the braces; none may be missing from the list.
    let count = Mirror(reflecting: TrainingConfig()).children.count
    #expect(TrainingSetting.all.count == count)
    #expect(Set(TrainingSetting.all.map(\.name)).count == count)
    #expect(String(decoding: unusual.json, as: UTF8.self).split(separator: "\n").count == count + 2)
  }

  @Test func settingsThatAreNotNamedKeepTheirDefaults() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(#"{"epochs": 3, "lr0": 0.5, "name": null}"#, to: "config.json")
    var expected = TrainingConfig()
    expected.epochs = 3
    expected.learningRate = 0.5
    #expect(try TrainingConfig(jsonFile: file) == expected)
  }

  @Test(arguments: [
    (#"{"epoch": 3}"#, "there is no setting named \"epoch\""),
    (#"{"epochs": "three"}"#, "the value of epochs is of the wrong kind"),
    (#"{"optimizer": "lion"}"#, "lion"),
    (#"{"epochs": 3"#, "config.json"),
  ])
  func badFilesAreRefused(text: String, part: String) throws {
    let file = try TemporaryFolder().path + "-missing"
    #expect(throws: TrainingError.self) { try TrainingConfig(jsonFile: file) }
    let folder = try TemporaryFolder()
    let path = try folder.write(text, to: "config.json")
    #expect {
      _ = try TrainingConfig(jsonFile: path)
    } throws: { error in
      let sentence = (error as? TrainingError)?.description ?? ""
      return sentence.contains(part) && sentence.hasPrefix(path)
    }
  }

  @Test func senselessValuesAreNamed() throws {
    let changes: [(name: String, change: (inout TrainingConfig) -> Void)] = [
      ("imgsz", { $0.imgsz = 100 }),
      ("epochs", { $0.epochs = 0 }),
      ("lr0", { $0.learningRate = -1 }),
      ("lr0", { $0.learningRate = .nan }),
      ("momentum", { $0.momentum = 1 }),
      ("data", { $0.data = "" }),
      ("threads", { $0.threads = 0 }),
    ]
    for (name, change) in changes {
      var config = unusual
      try config.check()
      change(&config)
      #expect {
        try config.check()
      } throws: { error in
        (error as? TrainingError)?.description.hasPrefix(name + " is ") ?? false
      }
    }
  }

  @Test func sizesAroundTheInputAreMultiplesOf32() {
    var config = TrainingConfig()
    #expect(config.inputSizes == [416])
    config.imgsz = 320
    config.multiScale = 0.25
    // 320 * 0.25 = 80, of which two steps of 32 fit.
    #expect(config.inputSizes == [256, 288, 320, 352, 384])
  }
}

@Suite struct RunFolderTests {
  private let rows = [
    EpochRow(
      epoch: 1, seconds: 12.34, boxLoss: 3.5, classLoss: 1.25, rate: 0.001, ap50: nil, ap: nil,
      imagesPerSecond: 20.5, dataWaitFraction: nil),
    EpochRow(
      epoch: 2, seconds: 25, boxLoss: 3, classLoss: 1, rate: 1.5e-7, ap50: 0.5, ap: 0.25,
      imagesPerSecond: 21, dataWaitFraction: 0.0312),
  ]

  @Test func runsAreNumbered() throws {
    let project = try TemporaryFolder()
    var config = TrainingConfig(data: "x")
    config.project = project.path + "/runs"
    for number in 1...3 {
      #expect(try RunFolder(new: config).path == "\(project.path)/runs/train-\(number)")
    }
    config.name = "mine"
    #expect(try RunFolder(new: config).path == "\(project.path)/runs/mine")
    #expect(throws: TrainingError.self) { try RunFolder(new: config) }
  }

  @Test func rowsAreWrittenAndRead() throws {
    let project = try TemporaryFolder()
    var config = TrainingConfig(data: "x")
    config.project = project.path
    let folder = try RunFolder(new: config)
    try folder.write(rows)
    let lines = try String(contentsOfFile: folder.results, encoding: .utf8)
      .split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "epoch,time,box_loss,cls_loss,lr,AP50,AP50-95,images_per_s,wait",
        "1,12.3,3.50000,1.25000,0.001,,,20.50,",
        "2,25.0,3.00000,1.00000,1.5e-07,0.50000,0.25000,21.00,0.0312",
      ])
    let read = folder.rows(ofEpochs: 9)
    #expect(read.map(\.line) == Array(lines.dropFirst()))
    #expect(folder.rows(ofEpochs: 1).count == 1)
  }

  @Test func foldersWithoutCheckpointCannotBeResumed() throws {
    let folder = try TemporaryFolder()
    #expect(throws: TrainingError.self) { try RunFolder(existing: folder.path) }
    _ = try folder.write("", to: "checkpoint.safetensors")
    #expect(try RunFolder(existing: folder.path).path == folder.path)
    #expect(
      try RunFolder(existing: folder.path + "/checkpoint.safetensors").path == folder.path)
  }
}
