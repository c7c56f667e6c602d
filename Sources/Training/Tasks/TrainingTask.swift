import Basics
import Datasets
import Engine
import Evaluation
import Loading
import Networks

/// The task-specific part of training; one conforming type per task.
package protocol TrainingTask: Sendable {
  /// Makes the task of a model, with the loss weights of a configuration.
  init(_ model: ModelDescription, _ config: TrainingConfig)

  var loss: any Loss { get }
  /// The names of a validation's metrics: "mAP50" is `metrics/mAP50` in results.csv.
  var metricNames: [String] { get }
  /// The metric for selecting the best weights and for early stopping.
  var selection: SelectionMetric { get }

  /// Throws for a training split without labels for this task.
  static func check(_ dataset: Dataset) throws
  /// Adapts the loader settings to the task.
  func loaderConfig(_ base: LoaderConfig) -> LoaderConfig
  func targets(of batch: Batch) -> Targets
  /// Random targets for benchmarks, the same in every run.
  func syntheticTargets(count: Int, seed: UInt64) -> Targets

  /// Evaluates a model on a validation split, with the same pipeline as `evaluate`.
  ///
  /// - Parameters:
  ///   - isInterrupted: Called between batches; when true, the result is nil.
  ///   - progress: Called with the number of processed images.
  func validate(
    _ model: Model, on data: Dataset, pool: ThreadPool, kernels: Kernels,
    isInterrupted: () -> Bool, progress: (Int) -> Void
  ) throws -> ValidationResult?

  /// Evaluates a model on a split for the analyses of a report, as `evaluate` does.
  ///
  /// Parameters as in `validate`. The result is nil where it was interrupted, and for tasks without
  /// such an evaluation.
  ///
  /// - Parameter onPair: Receives each image of a segmentation with its two masks.
  func evaluation(
    named name: String, _ model: Model, on data: Dataset, pool: ThreadPool, kernels: Kernels,
    onPair: @escaping SegmentationSink.PairObserver, isInterrupted: () -> Bool,
    progress: (Int) -> Void
  ) throws -> TaskEvaluation?
}

/// The evaluation of a model for a report.
package enum TaskEvaluation: Sendable {
  case detection(EvaluationResult)
  /// The images went to the observer of pairs.
  case segmentation
}

extension TrainingTask {
  package func evaluation(
    named name: String, _ model: Model, on data: Dataset, pool: ThreadPool, kernels: Kernels,
    onPair: @escaping SegmentationSink.PairObserver, isInterrupted: () -> Bool,
    progress: (Int) -> Void
  ) throws -> TaskEvaluation? { nil }

  package func loaderConfig(_ base: LoaderConfig) -> LoaderConfig { base }
}

/// The result of a validation.
public struct ValidationResult: Equatable, Sendable {
  /// The metrics, in the order of the task's names.
  public let metrics: [NamedValue]
  /// The terms of the loss on the validation images; nil if they were not computed.
  public var losses: [NamedValue]?
  /// False where the split has nothing to evaluate, so that the metrics mean nothing.
  package var hasGroundTruth = true
  /// Images that could not be decoded, or only with a warning.
  package var issues: [DatasetIssue] = []
  /// Images of the validation split.
  public let imageCount: Int
  /// A table of the task, such as metrics per class; nil if it has none.
  public var table: Table?
  /// At which threshold columns of the table count; nil where none does.
  public var tableNote: String?

  /// The value of a metric, which must be one of the task's.
  package subscript(name: String) -> Double {
    guard let metric = metrics.first(where: { $0.name == name }) else {
      preconditionFailure("a validation without \(name)")
    }
    return metric.value
  }
}

/// A metric by which weights are compared.
package struct SelectionMetric: Hashable, Sendable {
  package let name: String
  package var isHigherBetter = true

  /// Whether the first value is better than the second; any value is better than nil.
  func isBetter(_ value: Double, than other: Double?) -> Bool {
    guard let other else { return true }
    return isHigherBetter ? value > other : value < other
  }
}

/// The tasks that models can be trained for. A new task is one file and one entry here.
enum TrainingTasks {
  /// Images per forward pass of a validation.
  static let validationBatch = 16

  static let all: [ModelTask: any TrainingTask.Type] = [
    .detection: DetectionTask.self, .segmentation: SegmentationTask.self,
  ]

  static func type(for task: ModelTask) -> any TrainingTask.Type {
    guard let type = all[task] else { preconditionFailure("there is no training for \(task)") }
    return type
  }
}

extension ModelDescription {
  /// The task that the model is trained for.
  package func trainingTask(_ config: TrainingConfig = TrainingConfig()) -> any TrainingTask {
    TrainingTasks.type(for: task).init(self, config)
  }
}
