import Basics
import Engine
import Foundation
import Loading
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

/// Values of a file that no option takes: they would end the process where they are used.
@Suite struct ConfigValueTests {
  @Test(arguments: [
    "\"scale\": 5", "\"imgsz\": 0", "\"batch\": -1", "\"multi_scale\": 1e300", "\"workers\": 0",
    "\"cache\": -1", "\"hsv_h\": -0.5", "\"name\": \"\"",
  ])
  func valuesBeyondTheirRangeAreRefused(setting: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("{\(setting)}", to: "config.json")
    let name = setting.split(separator: "\"")[0]
    let error = #expect(throws: TrainingError.self) { try TrainingConfig(jsonFile: path) }
    #expect(error?.description.hasPrefix("\(path): \(name) is '") == true, "\(error as Any)")
  }

  /// A warm-up longer than the training ends with it.
  @Test func aWarmUpMayBeOfAnyLength() {
    var config = TrainingConfig(data: "somewhere")
    (config.epochs, config.warmupEpochs) = (5, 1e300)
    #expect(config.schedule(stepsPerEpoch: 3).warmupSteps == 15)
  }
}

@Suite struct TrainingConfigTests {
  /// A value other than the default in every setting.
  private var unusual: TrainingConfig {
    var config = TrainingConfig(data: "somewhere/data.yaml")
    config.model = "resnet18"
    config.weights = .file("first.safetensors")
    config.freeze = "backbone"
    config.classes = "cat,3"
    config.singleClass = true
    config.fraction = 0.5
    config.folds = 5
    config.fold = 2
    config.imgsz = 320
    config.multiScale = 0.25
    config.epochs = 7
    config.batch = 3
    config.patience = 5
    config.validationInterval = 2
    config.optimizer = .sgd
    config.learningRate = 0.1 + 0.2
    config.learningRateCourse = .cosine
    config.progressive = 0.5
    config.finalLearningRateFraction = 0.05
    config.momentum = 0.93
    config.weightDecay = 1e-5
    config.warmupEpochs = 0.5
    config.warmupMomentum = 0.7
    config.clip = 35
    config.emaMemory = 0.1
    config.augmentation.hue = 0.1
    config.augmentation.saturation = 0.2
    config.augmentation.value = 0.3
    config.augmentation.brightness = 0.11
    config.augmentation.contrast = 0.12
    config.augmentation.gamma = 0.13
    config.augmentation.gray = 0.14
    config.augmentation.degrees = 15
    config.augmentation.shear = 16
    config.augmentation.perspective = 0.0007
    config.augmentation.flipUpDown = 0.17
    config.augmentation.crop = 0.18
    config.augmentation.blur = 0.19
    config.augmentation.jpeg = 0.21
    config.augmentation.erasing = 0.22
    config.augmentation.mosaic9 = 0.23
    config.augmentation.mixup = 0.24
    config.augmentation.copyPaste = 0.25
    config.repeatThreshold = 0.001
    config.time = TrainingTime(seconds: 5)
    config.accumulate = 3
    config.cache = 77
    config.assigner = .simOTA
    config.boxLoss = .giou
    config.boxWeight = 5
    config.classWeight = 1.5
    config.strict = true
    config.skipInvalid = true
    config.augmentation.translate = 0.4
    config.augmentation.scale = 0.6
    config.augmentation.flip = 0.25
    config.augmentation.mosaic = 0.75
    config.closeMosaic = 2
    config.seed = .max
    config.threads = 1
    config.workers = 4
    config.output = "elsewhere"
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

  @Test func everySettingIsDeclared() throws {
    // One line per setting, and the braces; none may be missing from the table.
    let config = TrainingConfig()
    let fixed = ["maximumBlur", "jpegQuality", "minimumVisibleFraction", "minimumSide"]
    let count =
      Mirror(reflecting: config).children.count - 1
      + Mirror(reflecting: config.augmentation).children.count - fixed.count
    #expect(Knob.all.count == count)
    #expect(Set(Knob.all.map(\.name)).count == count)
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
    (#"{"epochs": "three"}"#, "the value of epochs has the wrong type"),
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

  @Test func defaultsAreAllowed() throws {
    for knob in Knob.all where knob.name != "data" {
      #expect(knob.problem(TrainingConfig()) == nil)
      #expect(!knob.help.isEmpty && !knob.help.hasSuffix("."))
    }
    #expect(Knob.named("data").problem(TrainingConfig()) != nil)
    #expect(KnobGroup.allCases == Knob.sections.map(\.key))
  }

  /// Every setting of the unusual configuration, typed as an option.
  @Test func everySettingCanBeTyped() throws {
    var config = TrainingConfig()
    for knob in Knob.all {
      if let text = knob.text(unusual) {
        try knob.parse(&config, text)
      } else {
        try knob.parse(&config, "")
      }
    }
    #expect(config == unusual)
    try Knob.named("batch").parse(&config, "AUTO")
    #expect(config.batch == nil)
    for knob in Knob.all {
      let problem = knob.problem(unusual)
      #expect(problem == nil, "\(knob.name): \(problem ?? "")")
    }
  }

  /// What a report lists: neither the run's place, nor what the training chose by itself.
  @Test func changedSettingsAreThoseThatWereGiven() {
    #expect(TrainingConfig(data: "pets").changedSettings().rows.isEmpty)
    var config = TrainingConfig(data: "pets")
    config.name = "a"
    config.optimizer = .sgd
    config.batch = 8
    config.strict = true
    config.workers = 3
    config.weights = .random
    // The default rate of sgd at a batch size of 8 is chosen, and not listed.
    #expect(
      config.resolved.changedSettings().rows == [
        ["weights", "none", "builtin"], ["batch", "8", "auto"], ["optimizer", "sgd", "muon"],
        ["strict", "true", "false"], ["workers", "3", "as --threads"],
      ])
    config.learningRate = 0.5
    #expect(config.changedSettings().rows.contains { $0[0] == "lr0" && $0[1] == "0.5" })
  }

  @Test func theRecipeFollowsTheModelAndTheInitialWeights() {
    var config = TrainingConfig(data: "pets")
    config.batch = 8
    config.weights = .random
    let scratch = config.resolved
    #expect(scratch.optimizer == .muon && scratch.learningRate == 0.012)
    #expect(scratch.learningRateCourse == .flatCosine && scratch.progressive == 0.625)
    config.weights = .file("a.safetensors")
    let tuned = config.resolved
    #expect(tuned.optimizer == .adamw && tuned.learningRate == 0.003)
    #expect(tuned.learningRateCourse == .cosine && tuned.progressive == 1)
    // Given settings are kept.
    (config.optimizer, config.learningRate, config.progressive) = (.sgd, 0.02, 0.5)
    let given = config.resolved
    #expect(given.optimizer == .sgd && given.learningRate == 0.02 && given.progressive == 0.5)
    let segmenter = TrainingConfig(defaultsOf: "unet-s")
    #expect(segmenter.imgsz == 256 && segmenter.augmentation.mosaic == 0)
    #expect(segmenter.resolved.progressive == 1)
  }

  @Test func notesShowRangeAndDefault() {
    #expect(Knob.named("hsv_h").notes == ["from 0 to 0.5", "default: 0.015, 0 segmentation"])
    #expect(Knob.named("batch").notes == ["from 1 to 4096, or auto", "default: auto"])
    #expect(Knob.named("box_loss").notes == ["iou, giou, diou, ciou", "default: ciou"])
    #expect(Knob.named("assigner").notes == ["tal, simota", "default: tal"])
    #expect(Knob.named("data").notes == [])
    #expect(Knob.named("strict").notes == [])
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
    func sizes() -> Set<InputSize> {
      Set((0..<2000).map { config.plan(at: LoaderState(epoch: 0, batch: $0)).size })
    }
    #expect(sizes() == [416] && config.largestInput == 416)
    config.imgsz = 320
    config.multiScale = 0.25
    // 320 * 0.25 = 80, of which two steps of 32 fit.
    #expect(sizes() == [256, 288, 320, 352, 384] && config.largestInput == 384)
    config.imgsz = .exact(height: 160, width: 320)
    // The shorter side changes in proportion, rounded to a multiple of 32: 128, 144, 160, 176, 192.
    #expect(
      sizes()
        == [
          .exact(height: 128, width: 256), .exact(height: 160, width: 288),
          .exact(height: 160, width: 320), .exact(height: 192, width: 352),
          .exact(height: 192, width: 384),
        ])
  }

  @Test func timesAreReadAndWritten() throws {
    for (text, seconds) in [
      ("2h", 7200.0), ("90s", 90), ("1h30m", 5400), ("1.5", 5400), ("0.5h", 1800), ("1D", 86400),
    ] {
      let time = try #require(TrainingTime(optionText: text))
      #expect(time.seconds == seconds)
      #expect(TrainingTime(optionText: time.optionText) == time)
    }
    for text in ["", "h", "2x", "0", "-1h", "1h-", "inf", "2 h", "nan"] {
      #expect(TrainingTime(optionText: text) == nil, "\(text)")
    }
  }

  @Test func progressiveTrainingGrowsTheInputInThreePhases() {
    var config = TrainingConfig()
    (config.epochs, config.progressive) = (10, 0.6)
    let sizes = (0..<10).map { config.plan(at: LoaderState(epoch: $0, batch: 0)).size }
    // 0.6 of 416 is 249.6, 0.8 is 332.8.
    #expect(sizes == [256, 256, 256, 256, 256, 320, 320, 320, 416, 416])
  }

  @Test func augmentationEndsAFractionOrANumberOfEpochsBeforeTheEnd() {
    var config = TrainingConfig()
    (config.epochs, config.closeMosaic, config.closeAugmentation) = (20, 0.5, 2)
    let plans = (0..<20).map { config.plan(at: LoaderState(epoch: $0, batch: 0)).augmentation }
    #expect(plans[..<10].allSatisfy { $0 == config.augmentation })
    #expect(plans[10..<18].allSatisfy { $0 == config.augmentation.withoutMosaic })
    #expect(plans[18...].allSatisfy { $0 == config.augmentation.flipsOnly })
    #expect(config.augmentation.flipsOnly.scale == 0 && config.augmentation.flipsOnly.flip == 0.5)
  }
}

@Suite struct RunFolderTests {
  @Test func runsAreNumbered() throws {
    let project = try TemporaryFolder()
    var config = TrainingConfig(data: "x")
    config.output = project.path + "/runs"
    for number in 1...3 {
      #expect(try RunFolder.make(config).folder.path == "\(project.path)/runs/train-\(number)")
    }
    config.name = "mine"
    #expect(try RunFolder.make(config).folder.path == "\(project.path)/runs/mine")
    _ = try project.write("", to: "runs/mine/results.csv")
    #expect(throws: TrainingError.self) { try RunFolder.make(config) }
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
