/// The events of a training run, for observers.
public enum TrainingEvent: Sendable {
  /// The setup is complete; the first step follows.
  case started(TrainingSummary)
  case step(StepReport)
  /// A validation has evaluated some of its images.
  case validating(images: Int, of: Int)
  case epoch(EpochReport)
  /// An input was ignored or replaced; one sentence.
  case issue(String)
}

/// The setup of a training run, before its first step.
public struct TrainingSummary: Sendable {
  /// The run's folder.
  public let folder: String
  /// The configuration, with all unset settings resolved.
  public let config: TrainingConfig
  /// The number of learned parameters.
  public let parameterCount: Int
  /// The number of learned parameters that are frozen.
  public let frozenParameterCount: Int
  /// The classes of the dataset.
  public let classNames: [String]
  /// The number of images of the training split.
  public let trainingImages: Int
  /// The number of images of the validation split; 0 without one.
  public let validationImages: Int
  /// What of the dataset is used, such as a fraction of it, a sentence each; empty for all.
  public let remarks: [String]
  /// The number of invalid labels that were skipped.
  public let skippedLabels: Int
  /// Which parameters were loaded and from where, as a sentence; nil for a resumed run.
  public let initialization: String?
  /// The first epoch, counted from 0: more than 0 for a resumed run, the number of epochs for a finished one.
  public let firstEpoch: Int
  /// Steps per epoch.
  public let stepsPerEpoch: Int
  /// Images per step.
  public let batch: Int
  /// The estimated memory in bytes.
  public let memory: Int
  /// The number of compute threads.
  public let threads: Int
}

/// The report of one step.
public struct StepReport: Hashable, Sendable {
  /// The epoch, counted from 0.
  public let epoch: Int
  /// Completed steps of this epoch, including this one.
  public let step: Int
  /// The mean loss terms of this epoch so far.
  public let losses: [NamedValue]
  /// The norm of the gradient before clipping.
  public let gradientNorm: Double
  /// Images per second over the last steps.
  public let imagesPerSecond: Double
  /// The estimated seconds until the end of training, including validations.
  public let secondsLeft: Double
}

/// The report of one epoch.
public struct EpochReport: Sendable {
  /// The epoch, counted from 0.
  public let epoch: Int
  /// The mean loss terms of the epoch.
  public let losses: [NamedValue]
  /// The validation; nil if this epoch was not validated.
  public let validation: ValidationResult?
  /// Whether these are the best weights so far.
  public let isBest: Bool
  /// Training images per second, without validation.
  public let imagesPerSecond: Double
  /// The fraction of the training time spent waiting for data, 0...1.
  public let dataWaitFraction: Double
}

/// The result of a training run.
public struct TrainingOutcome: Sendable {
  /// Why a training ended.
  public enum Ending: Hashable, Sendable {
    /// All epochs are done.
    case finished
    /// The selection metric has not improved in `patience` validations.
    case earlyStopped
    /// Interrupted on request; the run can be resumed from its checkpoint.
    case interrupted
  }

  /// Why it ended.
  public let ending: Ending
  /// The run's folder.
  public let folder: String
  /// Completed steps since the run began, over all processes.
  public let steps: Int
  /// Completed epochs since the run began, over all processes.
  public let epochs: Int
  /// The name of the metric that selects the best weights.
  public let metric: String
  /// The epoch of the best weights; nil if nothing was validated.
  public let best: BestEpoch?
  /// The validation of the best weights; nil if they were validated in an earlier process.
  public let validation: ValidationResult?
}

/// The epoch of the best weights.
public struct BestEpoch: Hashable, Sendable, Codable {
  /// The epoch, counted from 0.
  public var epoch: Int
  /// The value of the metric that selects the best weights.
  public var metric: Double
}
