import Datasets
import Engine
import Foundation
import Imaging
import Loading
import Networks
import Synchronization
import Testing

@testable import Training

/// A task that exists in this file only: the first outputs shall be the number of objects.
///
/// It proves that a task needs no edit elsewhere: it brings its own loss, targets, metrics and
/// selection, and lower is better.
private struct CountingTask: TrainingTask {
  struct SquaredError: Loss {
    let termNames = ["count", "rest"]
    /// The evaluations that give NaN, counted from 1.
    var faults: Set<Int> = []
    let evaluations = Evaluations()

    final class Evaluations: Sendable {
      let count = Mutex(0)
    }

    func evaluate(
      outputs: [View], targets: Targets, gradients: [View], pool: ThreadPool
    ) -> LossTerms {
      guard case .classes(let counts) = targets else { preconditionFailure("counts are numbers") }
      for gradient in gradients {
        for pixel in 0..<gradient.shape.pixels {
          (gradient.data + pixel * gradient.stride).update(repeating: 0, count: gradient.shape.c)
        }
      }
      let output = outputs[0]
      let number = evaluations.count.withLock { count in
        count += 1
        return count
      }
      var sum = faults.contains(number) ? Double.nan : 0
      for (image, count) in counts.enumerated() {
        let place = image * output.shape.h * output.shape.w
        let difference = output.data[place * output.stride] - Float(count)
        gradients[0].data[place * gradients[0].stride] = 2 * difference / Float(counts.count)
        sum += Double(difference * difference) / Double(counts.count)
      }
      return LossTerms(
        terms: [NamedValue("count", sum), NamedValue("rest", 0)], sampleCount: counts.count)
    }
  }

  var loss: any Loss = SquaredError()
  let metricNames = ["images", "error"]
  let selection = SelectionMetric(name: "error", isHigherBetter: false)

  init(_ model: ModelDescription, _ config: TrainingConfig) {}

  static func check(_ dataset: Dataset) throws {}

  func targets(of batch: Batch) -> Targets { .classes(batch.annotations.map(\.count)) }

  func syntheticTargets(count: Int, seed: UInt64) -> Targets {
    .classes([Int](repeating: 1, count: count))
  }

  func validate(
    _ model: Model, on data: Dataset, pool: ThreadPool, kernels: Kernels,
    isInterrupted: () -> Bool, progress: (Int) -> Void
  ) throws -> ValidationResult? {
    progress(data.samples.count)
    let norm = model.parameters.values.reduce(0) { $0 + abs(Double($1)) }
    return ValidationResult(
      metrics: [
        NamedValue("images", Double(data.samples.count)), NamedValue("error", norm),
      ], losses: [NamedValue("count", 3)], imageCount: data.samples.count)
  }
}

@Suite struct TrainingTaskTests {
  @Test func aTaskOfItsOwnTrains() throws {
    let folder = try TemporaryFolder()
    var config = TrainingConfig(
      data: try SmallData.make(in: folder.path, training: 8, validation: 2))
    config.output = folder.path + "/runs"
    config.imgsz = 64
    config.batch = 4
    config.epochs = 3
    config.threads = 2
    config.learningRate = 0.01
    let trainer = try Trainer(config, existing: nil, taskType: CountingTask.self)
    let outcome = try trainer.run()
    #expect(outcome.ending == .finished && outcome.metric == "error")
    let rows = trainer.results.rows
    #expect(
      trainer.results.columns == [
        "epoch", "time", "train/count_loss", "train/rest_loss", "val/count_loss", "val/rest_loss",
        "metrics/images", "metrics/error", "lr", "images_per_s", "data_wait",
      ])
    let losses = rows.compactMap { $0["train/count_loss"] }
    #expect(losses.count == 3 && losses[2] < losses[0])
    #expect(rows.allSatisfy { $0["metrics/images"] == 2 && $0["val/count_loss"] == 3 })
    #expect(rows.allSatisfy { $0["val/rest_loss"] == nil })
    // The best weights are those of the smallest error.
    let errors = rows.compactMap { $0["metrics/error"] }
    #expect(outcome.best?.metric == errors.min())
    #expect(outcome.best?.epoch == errors.firstIndex(of: errors.min() ?? 0))
  }

  /// Eight images in batches of four: two steps per epoch. `clip` carries the number of the step that
  /// fails, because a task sees only the configuration.
  private struct FaultyTask: TrainingTask {
    private let base: CountingTask
    var loss: any Loss { base.loss }
    var metricNames: [String] { base.metricNames }
    var selection: SelectionMetric { base.selection }

    init(_ model: ModelDescription, _ config: TrainingConfig) {
      var task = CountingTask(model, config)
      task.loss = CountingTask.SquaredError(faults: [Int(config.clip)])
      base = task
    }

    static func check(_ dataset: Dataset) throws {}
    func targets(of batch: Batch) -> Targets { base.targets(of: batch) }
    func syntheticTargets(count: Int, seed: UInt64) -> Targets {
      base.syntheticTargets(count: count, seed: seed)
    }
    func validate(
      _ model: Model, on data: Dataset, pool: ThreadPool, kernels: Kernels,
      isInterrupted: () -> Bool, progress: (Int) -> Void
    ) throws -> ValidationResult? {
      try base.validate(
        model, on: data, pool: pool, kernels: kernels, isInterrupted: isInterrupted,
        progress: progress)
    }
  }

  /// In the first epoch, where there is no checkpoint yet, and in the second.
  @Test(arguments: [(step: 2, epoch: 1), (4, 2)])
  func aDivergenceIsForgivenOnce(step: Int, epoch: Int) throws {
    let folder = try TemporaryFolder()
    var config = TrainingConfig(
      data: try SmallData.make(in: folder.path, training: 8, validation: 2))
    config.output = folder.path + "/runs"
    (config.imgsz, config.batch, config.epochs, config.threads) = (64, 4, 3, 1)
    (config.learningRate, config.warmupEpochs, config.finalLearningRateFraction) = (0.01, 0, 1)
    config.weights = .random
    config.clip = Double(step)
    let trainer = try Trainer(config, existing: nil, taskType: FaultyTask.self)
    var notes: [String] = []
    let outcome = try trainer.run { if case .issue(let text) = $0 { notes.append(text) } }
    #expect(outcome.ending == .finished && outcome.steps == 6)
    #expect(
      notes.contains {
        $0.contains("diverged at step \(step)")
          && $0.hasSuffix("going back to epoch \(epoch) with half the learning rate")
      })
    let rates = trainer.results.rows.compactMap { $0["lr"] }
    #expect(rates == (1...3).map { $0 < epoch ? 0.01 : 0.005 })
    #expect(trainer.step.parameters.values.allSatisfy { $0.isFinite })
    #expect(try Checkpoint(path: trainer.folder.checkpoint).state.rateScale == 0.5)
  }

  @Test func selectionFollowsTheMetric() {
    let higher = SelectionMetric(name: "mAP50")
    #expect(higher.isBetter(0.2, than: 0.1) && !higher.isBetter(0.1, than: 0.1))
    let lower = SelectionMetric(name: "error", isHigherBetter: false)
    #expect(lower.isBetter(0.1, than: 0.2) && !lower.isBetter(0.2, than: 0.2))
    #expect(higher.isBetter(-1, than: nil) && lower.isBetter(1e9, than: nil))
  }

  @Test(arguments: ["compact", "unet"])
  func syntheticTargetsFitTheModel(name: String) throws {
    let spec = try #require(ModelCatalog[name])
    let model = ModelDescription(spec, classNames: ["a", "b"], imageSize: 64)
    let task = model.trainingTask()
    switch task.syntheticTargets(count: 3, seed: 1) {
    case .boxes(let boxes):
      #expect(name == "compact" && boxes.count == 3 && boxes.allSatisfy { !$0.isEmpty })
      for object in boxes.joined() {
        #expect((0..<2).contains(object.classIndex) && !object.isCrowd)
        #expect(object.box.x1 >= 0 && object.box.x2 <= 64 && object.box.width > 0)
      }
    case .labelMaps(let maps, _):
      #expect(name == "unet" && maps.count == 3 && maps.width == 64 && maps.height == 64)
      #expect(Set(maps.values).isSubset(of: [0, 1, 2]) && Set(maps.values).count > 1)
    case .classes: Issue.record("no classifier")
    }
  }

  @Test func meansIgnoreNoStep() {
    var means = MeanLosses()
    #expect(means.values.isEmpty)
    means.add(LossTerms(terms: [NamedValue("a", 1), NamedValue("b", 5)], sampleCount: 1))
    means.add(LossTerms(terms: [NamedValue("a", 2), NamedValue("b", 7)], sampleCount: 9))
    #expect(means.values == [NamedValue("a", 1.5), NamedValue("b", 6)])
  }
}
