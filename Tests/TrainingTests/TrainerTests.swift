import Engine
import Foundation
import Networks
import Testing

@testable import Networks
@testable import Training

/// Whole trainings of the compact network on a few drawn images.
@Suite(.serialized)
struct TrainerTests {
  private let folder: TemporaryFolder
  private let data: String

  init() throws {
    folder = try TemporaryFolder()
    data = try SmallData.make(in: folder.path, training: 24, validation: 6)
  }

  private func config(_ name: String, threads: Int = 2, workers: Int = 2) -> TrainingConfig {
    SmallData.config(name, data: data, in: folder, threads: threads, workers: workers)
  }

  /// All numbers that a training has, bit for bit.
  private func bits(_ trainer: Trainer) -> [[UInt32]] {
    let blocks =
      [trainer.step.parameters, trainer.step.average.values]
      + trainer.step.optimizer.state.map(\.block)
    return blocks.map { $0.values.map(\.bitPattern) }
  }

  @Test func fiveStepsCheckpointAndTheRestEqualAllAtOnce() throws {
    let whole = try Trainer(config("whole"))
    #expect(try whole.run().ending == .finished)

    var steps = 0
    let first = try Trainer(config("parts", threads: 1, workers: 1))
    let pause = try first.run { event in
      if case .step = event { steps += 1 }
    } isInterrupted: {
      steps == 5
    }
    #expect(pause.ending == .interrupted && pause.steps == 5 && pause.epochs == 0)

    let second = try Trainer(resuming: pause.folder) { $0.threads = 3 }
    #expect(bits(second) == bits(first))
    let end = try second.run()
    #expect(end.ending == .finished && end.steps == 12 && end.epochs == 2)
    #expect(bits(second) == bits(whole))

    // The rows too, but for the columns with times.
    func rows(_ trainer: Trainer) -> [[Substring]] {
      trainer.results.csv.split(separator: "\n").dropFirst().map { line in
        let fields = line.split(separator: ",", omittingEmptySubsequences: false)
        return [fields[0]] + fields[2...10]
      }
    }
    #expect(rows(second).count == 2)
    #expect(rows(second) == rows(whole))
    let (one, other) = (whole.folder.lastWeights, second.folder.lastWeights)
    #expect(FileManager.default.contentsEqual(atPath: one, andPath: other))
  }

  @Test func interruptedValidationsAreMadeUpFor() throws {
    let whole = try Trainer(config("whole"))
    _ = try whole.run()

    var steps = 0
    let first = try Trainer(config("parts"))
    let pause = try first.run { event in
      if case .step = event { steps += 1 }
    } isInterrupted: {
      steps == 6
    }
    #expect(pause.ending == .interrupted && pause.steps == 6 && pause.epochs == 0)
    #expect(first.results.rows.isEmpty)
    let second = try Trainer(resuming: pause.folder)
    #expect(try second.run().ending == .finished)
    #expect(bits(second) == bits(whole))
    let column = "metrics/mAP50-95"
    #expect(second.results.rows.map { $0[column] } == whole.results.rows.map { $0[column] })
  }

  @Test(arguments: [OptimizerChoice.sgd, .adamw])
  func threadsAndWorkersDoNotMatter(optimizer: OptimizerChoice) throws {
    let results = try [(1, 1), (2, 3), (3, 2)].map { threads, workers in
      var config = config("threads-\(threads)", threads: threads, workers: workers)
      config.epochs = 1
      config.optimizer = optimizer
      let trainer = try Trainer(config)
      #expect(try trainer.run().steps == 6)
      return bits(trainer)
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
    #expect(results[0] != results[0].map { $0.map { _ in 0 } })
  }

  @Test func anotherSeedGivesAnotherTraining() throws {
    let results = try [UInt64(0), 1].map { seed in
      var config = config("seed-\(seed)")
      config.epochs = 1
      config.seed = seed
      let trainer = try Trainer(config)
      _ = try trainer.run()
      return bits(trainer)
    }
    #expect(results[0] != results[1])
  }

  @Test func runFolderHoldsWhatIsPromised() throws {
    var config = config("folder")
    config.validationInterval = 2
    let trainer = try Trainer(config)
    var kinds: [String] = []
    let outcome = try trainer.run { event in
      switch event {
      case .started(let summary):
        kinds.append("started")
        #expect(summary.trainingImages == 24 && summary.validationImages == 6)
        #expect(summary.stepsPerEpoch == 6 && summary.firstEpoch == 0)
        #expect(summary.config.optimizer == .muon)
        #expect(summary.classNames == ["platelet", "red", "white"])
      case .step(let report):
        kinds.append("step")
        #expect(report.losses.map(\.name) == ["box", "cls"] && report.losses[0].value > 0)
        #expect(report.gradientNorm > 0 && report.imagesPerSecond > 0)
      case .validating(let done, let all):
        #expect(done <= all && all == 6)
      case .epoch(let report):
        kinds.append("epoch")
        #expect((report.validation == nil) == (report.epoch == 0))
        #expect(report.isBest == (report.epoch == 1))
      case .issue:
        break
      }
    }
    let epoch = [String](repeating: "step", count: 6) + ["epoch"]
    #expect(kinds == ["started"] + epoch + epoch)

    let path = folder.path + "/runs/folder"
    #expect(outcome.folder == path)
    var saved = try TrainingConfig(jsonFile: path + "/config.json")
    // What was left to Glimpse is written out.
    #expect(saved.optimizer == .muon && saved.learningRate != nil && saved.weightDecay != nil)
    let precision = PrecisionChoice.auto.resolved(on: try InstructionSet.chosen()).precision
    #expect(saved.precision.rawValue == precision.rawValue)
    saved.precision = .auto
    saved.optimizer = .auto
    saved.learningRate = nil
    saved.weightDecay = nil
    (saved.learningRateCourse, saved.finalLearningRateFraction) = (nil, nil)
    (saved.progressive, saved.weights) = (nil, config.weights)
    #expect(saved == config)
    let lines = try String(contentsOfFile: path + "/results.csv", encoding: .utf8)
      .split(separator: "\n")
    #expect(
      lines.count == 3
        && lines[0]
          == "epoch,time,train/box_loss,train/cls_loss,val/box_loss,val/cls_loss,metrics/precision,"
          + "metrics/recall,metrics/mAP50,metrics/mAP50-95,lr,images_per_s,data_wait"
    )
    for name in ["best", "last"] {
      let weights = try Model(path: "\(path)/weights/\(name).safetensors")
      #expect(weights.description.classNames == ["platelet", "red", "white"])
      #expect(weights.description.imageSize == 96 && weights.description.name == "compact")
      #expect(
        weights.parameters.values.elementsEqual(trainer.step.average.values.values))
    }
    #expect(FileManager.default.fileExists(atPath: path + "/checkpoint.safetensors"))
    #expect(outcome.best?.epoch == 1)
    #expect(outcome.validation?.imageCount == 6)
    // The loss on the validation images is of the size of that on the training images.
    for (term, row) in [("box", 1), ("cls", 1)] {
      let rows = trainer.results.rows
      #expect(rows[0]["val/\(term)_loss"] == nil)
      let loss = try #require(rows[row]["val/\(term)_loss"])
      let training = try #require(rows[row]["train/\(term)_loss"])
      #expect(loss > 0.1 * training && loss < 10 * training, "\(term): \(loss), \(training)")
    }
  }

  @Test func finishedRunsCanBeExtended() throws {
    var short = config("short")
    short.epochs = 1
    let first = try Trainer(short).run()
    #expect(first.ending == .finished && first.epochs == 1)
    // Nothing is left to do without more epochs.
    #expect(try Trainer(resuming: first.folder).run().steps == 6)
    let longer = try Trainer(resuming: first.folder) { $0.epochs = 3 }
    let end = try longer.run()
    #expect(end.ending == .finished && end.epochs == 3 && end.steps == 18)
    #expect(longer.results.rows.map { $0["epoch"] } == [1, 2, 3])
    #expect(throws: TrainingError.self) { try Trainer(resuming: first.folder) { $0.batch = 2 } }
  }

  @Test func divergenceKeepsTheLastCheckpoint() throws {
    var short = config("diverging")
    short.epochs = 1
    let first = try Trainer(short).run()
    let checkpoint = first.folder + "/checkpoint.safetensors"
    let before = try Safetensors(path: checkpoint)
    let trainer = try Trainer(resuming: first.folder) {
      $0.epochs = 2
      $0.learningRate = 1e30
    }
    #expect {
      _ = try trainer.run()
    } throws: { error in
      (error as? TrainingError)?.kind == .diverged
    }
    // Only the factor of the learning rate is new: a resumed run would not go back a second time.
    let after = try Safetensors(path: checkpoint)
    #expect(after.entries.keys == before.entries.keys && !before.entries.isEmpty)
    for name in before.entries.keys {
      let (old, new) = (try #require(before.values(name)), try #require(after.values(name)))
      #expect(old == new)
    }
    #expect(try Checkpoint(path: checkpoint).state.rateScale == 0.5)
  }

  /// Gradients of batches are averaged: two halves give the step of the whole, but for rounding, where
  /// nothing depends on the batch. Their number of steps is halved.
  @Test func accumulationTakesFewerStepsOverTheSameBatches() throws {
    var config = config("accumulated")
    config.accumulate = 4
    let trainer = try Trainer(config)
    var steps = 0
    let outcome = try trainer.run {
      if case .step(let report) = $0 {
        steps += 1
        // Six batches per epoch: four, then two.
        #expect(report.step == (steps % 2 == 1 ? 4 : 6))
      }
    }
    #expect(outcome.steps == 4 && steps == 4 && outcome.ending == .finished)
    #expect(trainer.results.rows.count == 2)
  }

  /// 1e300 as a float is infinite: the first update leaves no finite parameter, although loss and
  /// gradient are finite.
  @Test func parametersThatOverflowAreNoticedInTheirStep() throws {
    var config = config("overflow")
    config.learningRate = 1e300
    config.warmupEpochs = 0
    let trainer = try Trainer(config)
    #expect {
      _ = try trainer.run()
    } throws: { error in
      (error as? TrainingError)?.kind == .diverged
        && "\(error)".contains("at step 1: a parameter is no longer finite")
    }
  }

  @Test func patienceEndsATraining() throws {
    var config = config("patience")
    config.epochs = 20
    (config.patience, config.learningRateCourse) = (2, .cosine)
    // Nothing is learned; only the statistics settle, so mAP soon stops changing.
    config.learningRate = 1e-12
    let outcome = try Trainer(config).run()
    #expect(outcome.ending == .earlyStopped)
    let best = try #require(outcome.best)
    #expect(outcome.epochs == best.epoch + 1 + 2)
  }

  /// The rate is flat in epochs 0 to 9, whose validations do not count.
  @Test func patienceBeginsWhereAFlatRateFalls() throws {
    var config = config("flat")
    (config.epochs, config.patience, config.learningRateCourse) = (20, 3, .flatCosine)
    var state = try Trainer(config).state
    state.best = BestEpoch(epoch: 2, metric: 0.5)
    func isStopped(after epoch: Int) -> Bool {
      state.epoch = epoch
      return config.isEarlyStopped(state)
    }
    #expect((3...20).filter(isStopped) == Array(13...19))
    config.learningRateCourse = .cosine
    #expect((3...20).filter(isStopped) == Array(6...19))
  }

  @Test func weightsOfAnotherRunCanBeTheStart() throws {
    var first = config("first")
    first.epochs = 1
    let source = try Trainer(first)
    _ = try source.run()
    var second = config("second")
    second.weights = .file(source.folder.lastWeights)
    let trainer = try Trainer(second)
    #expect(
      trainer.step.parameters.values.elementsEqual(source.step.average.values.values))
    second.name = "third"
    second.weights = .file(folder.path + "/nothing.safetensors")
    #expect(throws: NetworksError.self) { try Trainer(second) }
    // Nothing is left behind by a training that cannot start.
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/runs/third"))
  }

  @Test func checkpointsOfAnotherModelAreRefused() throws {
    var short = config("small")
    short.epochs = 1
    let outcome = try Trainer(short).run()
    #expect(throws: TrainingError.self) {
      try Trainer(resuming: outcome.folder) { $0.model = "resnet18" }
    }
    try Data("nonsense".utf8).write(
      to: URL(fileURLWithPath: outcome.folder + "/checkpoint.safetensors"))
    #expect(throws: NetworksError.self) { try Trainer(resuming: outcome.folder) }
  }

  @Test func unreadableImagesAreToldWhenTheyAreMet() throws {
    let images = data + "/JPEGImages"
    let names = try FileManager.default.contentsOfDirectory(atPath: images)
    let name = try #require(names.min())
    let path = images + "/" + name
    // The header stays, so that the image is listed.
    let whole = try #require(FileManager.default.contents(atPath: path))
    // Should the copy be a link, the link goes, never what it leads to.
    try FileManager.default.removeItem(atPath: path)
    try whole.prefix(1000).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
    var events: [String] = []
    _ = try Trainer(config("broken")).run { event in
      switch event {
      case .step: events.append("step")
      case .epoch: events.append("epoch")
      case .issue(let sentence) where sentence.contains(name): events.append("problem")
      default: break
      }
    }
    // Once in two epochs, and before the end of the first one.
    #expect(events.count { $0 == "problem" } == 1)
    let (told, epoch) = (events.firstIndex(of: "problem"), events.firstIndex(of: "epoch"))
    #expect(try #require(told) < #require(epoch), "\(events)")
  }

  @Test func sizesChangeWithMultiScale() throws {
    var config = config("sizes")
    config.imgsz = 128
    config.multiScale = 0.5
    config.epochs = 1
    let trainer = try Trainer(config)
    #expect(try trainer.run().steps == 6)
  }
}
