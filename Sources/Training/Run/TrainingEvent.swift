/// What happens in a training, for observers.
public enum TrainingEvent: Sendable {
  /// Everything is set up; the first step follows.
  case started(TrainingSummary)
  case step(StepReport)
  /// A validation has evaluated some of its images.
  case validating(images: Int, of: Int)
  case epoch(EpochReport)
  /// Something was left out or replaced; one sentence.
  case issue(String)
}

/// A training before its first step.
public struct TrainingSummary: Sendable {
  /// The run's folder.
  public let folder: String
  /// The configuration, with everything filled in that was left open.
  public let config: TrainingConfig
  /// Trainable parameters.
  public let parameterCount: Int
  /// The classes of the dataset.
  public let classNames: [String]
  /// Images of the training split.
  public let trainingImages: Int
  /// 0 where the dataset has no validation split.
  public let validationImages: Int
  /// The first epoch, counted from 0: more than 0 for a resumed training.
  public let firstEpoch: Int
  /// Steps per epoch.
  public let stepsPerEpoch: Int
  /// Images per step.
  public let batch: Int
  /// The estimated memory in bytes.
  public let memory: Int
  /// Threads of the engine.
  public let threads: Int
}

/// One step.
public struct StepReport: Hashable, Sendable {
  /// The epoch, counted from 0.
  public let epoch: Int
  /// Steps of this epoch that are done, this one included.
  public let step: Int
  /// The mean loss terms of this epoch up to here.
  public let losses: [NamedValue]
  /// The norm of the gradient before clipping.
  public let gradientNorm: Double
  /// Images per second over the last steps.
  public let imagesPerSecond: Double
  /// The estimated seconds until the training ends, validations included.
  public let secondsLeft: Double
}

/// One epoch.
public struct EpochReport: Sendable {
  /// The epoch, counted from 0.
  public let epoch: Int
  /// The mean loss terms of the epoch.
  public let losses: [NamedValue]
  /// Nil where this epoch was not validated.
  public let validation: ValidationResult?
  /// True where these are the best weights so far.
  public let isBest: Bool
  /// Training images per second, without validation.
  public let imagesPerSecond: Double
  /// The fraction of the training time spent waiting for data, 0...1.
  public let dataWaitFraction: Double
}

/// How a training ended.
public struct TrainingOutcome: Sendable {
  /// Why a training ended.
  public enum Ending: Hashable, Sendable {
    /// All epochs are done.
    case finished
    /// The selection metric has not improved for `patience` epochs.
    case earlyStopped
    /// On request; the run can be resumed from its checkpoint.
    case interrupted
  }

  /// Why it ended.
  public let ending: Ending
  /// The run's folder.
  public let folder: String
  /// Steps and epochs done since the run began.
  public let steps: Int
  /// Epochs done since the run began.
  public let epochs: Int
  /// The name of the metric that selects the best weights.
  public let metric: String
  /// Nil where nothing was validated.
  public let best: BestEpoch?
  /// The validation of the best weights; nil where this process has not validated them.
  public let validation: ValidationResult?
}

/// The epoch of the best weights.
public struct BestEpoch: Hashable, Sendable, Codable {
  /// The epoch, counted from 0.
  public var epoch: Int
  /// The value of the metric that selects the best weights.
  public var metric: Double
}
