import Datasets
import Engine
import Foundation
import Loading
import Networks
import Testing

@testable import Training

/// Which runs are resumed, and when a training ends early.
@Suite(.serialized)
struct ResumingTests {
  private let folder: TemporaryFolder
  private let data: String

  init() throws {
    folder = try TemporaryFolder()
    data = try SmallData.make(in: folder.path, training: 24, validation: 6)
  }

  private func config(_ name: String) -> TrainingConfig {
    SmallData.config(name, data: data, in: folder)
  }

  /// The first validation, of epoch 3, stays the best; those of epochs 6 and 9 are no better.
  @Test func patienceCountsValidations() throws {
    var config = config("interval")
    config.epochs = 20
    config.patience = 2
    (config.validationInterval, config.learningRateCourse) = (3, .cosine)
    let outcome = try Trainer(config, existing: nil, taskType: ConstantTask.self).run()
    #expect(outcome.ending == .earlyStopped && outcome.best?.epoch == 2 && outcome.epochs == 9)

    // Resumed, it trains nothing, as a run with all its epochs; more patience goes on.
    func resumed(patience: Int) throws -> (outcome: TrainingOutcome, notes: [String]) {
      config.patience = patience
      let run = try RunFolder(existing: outcome.folder)
      var notes: [String] = []
      let outcome = try Trainer(config, existing: run, taskType: ConstantTask.self).run {
        if case .issue(let note) = $0 { notes.append(note) }
      }
      return (outcome, notes)
    }
    let same = try resumed(patience: 2)
    #expect(same.outcome.ending == .earlyStopped && same.outcome.epochs == 9)
    #expect(same.notes.count { $0.contains("stopped early, after 9 epochs") } == 1)
    let more = try resumed(patience: 3)
    #expect(more.outcome.ending == .earlyStopped && more.outcome.epochs == 12)
    #expect(!more.notes.contains { $0.contains("early") })
  }

  /// keras-retinanet #1366: without an object to evaluate, no epoch is better than another.
  @Test func validationsWithoutObjectsSelectTheLastEpoch() throws {
    let list = data + "/ImageSets/Main/val.txt"
    for name in try String(contentsOfFile: list, encoding: .utf8).split(separator: "\n") {
      let path = "\(data)/Annotations/\(name).xml"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try Data(
        text.replacingOccurrences(
          of: "<difficult>0</difficult>", with: "<difficult>1</difficult>"
        ).utf8
      ).write(to: URL(fileURLWithPath: path))
    }
    var config = config("nothing")
    config.epochs = 3
    config.patience = 1
    let trainer = try Trainer(config)
    var notes: [String] = []
    let outcome = try trainer.run { if case .issue(let text) = $0 { notes.append(text) } }
    #expect(outcome.ending == .finished && outcome.epochs == 3 && outcome.best == nil)
    #expect(notes.filter { $0.contains("no object to evaluate") }.count == 1)
    let files = [trainer.folder.bestWeights, trainer.folder.lastWeights]
    #expect(FileManager.default.contentsEqual(atPath: files[0], andPath: files[1]))
  }

  /// ultralytics #14073: class indices and the position in an epoch depend on the dataset.
  @Test func runsAreNotResumedOnOtherData() throws {
    var steps = 0
    let pause = try Trainer(config("changed")).run { event in
      if case .step = event { steps += 1 }
    } isInterrupted: {
      steps == 5
    }
    #expect(pause.ending == .interrupted)
    let list = data + "/ImageSets/Main/train.txt"
    let names = try String(contentsOfFile: list, encoding: .utf8)
    func refusal(_ change: () throws -> Void) throws -> String {
      try change()
      do {
        _ = try Trainer(resuming: pause.folder)
        return ""
      } catch let error as TrainingError {
        return error.description
      }
    }
    let fewer = try refusal {
      try Data(names.split(separator: "\n").prefix(20).joined(separator: "\n").utf8)
        .write(to: URL(fileURLWithPath: list))
    }
    #expect(fewer.contains("24 training images and has 20"), "\(fewer)")
    let reordered = try refusal {
      try Data(names.split(separator: "\n").reversed().joined(separator: "\n").utf8)
        .write(to: URL(fileURLWithPath: list))
    }
    #expect(reordered.contains("another order"), "\(reordered)")
    let renamed = try refusal {
      try Data(names.utf8).write(to: URL(fileURLWithPath: list))
      try Data("white\nred\nplatelet\n".utf8)
        .write(to: URL(fileURLWithPath: data + "/classes.txt"))
    }
    #expect(renamed.contains("class 0 was \"platelet\" and is \"white\""), "\(renamed)")
    try FileManager.default.removeItem(atPath: data + "/classes.txt")
    #expect(try Trainer(resuming: pause.folder).run().ending == .finished)
  }

  /// ray #35006: two processes must not write into one run.
  @Test func aRunIsTrainedOnceAtATime() throws {
    var short = config("once")
    short.epochs = 1
    let first = try Trainer(short)
    var refused = 0
    _ = try first.run { event in
      guard case .epoch = event else { return }
      #expect {
        _ = try Trainer(resuming: first.folder.path)
      } throws: { error in
        refused += 1
        return "\(error)".contains("another process is training this run")
      }
    }
    #expect(refused == 1)
    var notes: [String] = []
    let again = try Trainer(resuming: first.folder.path).run {
      if case .issue(let text) = $0 { notes.append(text) }
    }
    #expect(again.ending == .finished)
    #expect(notes.contains { $0.contains("has finished its 1 epoch;") })
  }
}

/// Detection whose metric never changes.
private struct ConstantTask: TrainingTask {
  private let detection: DetectionTask
  var loss: any Loss { detection.loss }
  let metricNames = ["images"]
  let selection = SelectionMetric(name: "images")

  init(_ model: ModelDescription, _ config: TrainingConfig) {
    detection = DetectionTask(model, config)
  }

  static func check(_ dataset: Dataset) throws {}

  func targets(of batch: Batch) -> Targets { detection.targets(of: batch) }

  func syntheticTargets(count: Int, seed: UInt64) -> Targets {
    detection.syntheticTargets(count: count, seed: seed)
  }

  func validate(
    _ model: Model, on data: Dataset, pool: ThreadPool, kernels: Kernels,
    isInterrupted: () -> Bool, progress: (Int) -> Void
  ) throws -> ValidationResult? {
    ValidationResult(
      metrics: [NamedValue("images", Double(data.samples.count))], imageCount: data.samples.count)
  }
}
