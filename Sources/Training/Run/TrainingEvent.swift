/// What happens in a training, for observers.
package enum TrainingEvent: Sendable {
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
package struct TrainingSummary: Sendable {
  /// The run's folder.
  package let folder: String
  /// The configuration, with everything filled in that was left open.
  package let config: TrainingConfig
  /// Trainable parameters.
  package let parameterCount: Int
  package let classNames: [String]
  package let trainingImages: Int
  /// 0 where the dataset has no validation split.
  package let validationImages: Int
  /// The first epoch, counted from 0: more than 0 for a resumed training.
  package let firstEpoch: Int
  package let stepsPerEpoch: Int
  /// Images per step.
  package let batch: Int
  /// The estimated memory in bytes.
  package let memory: Int
  package let threads: Int
}

/// One step.
package struct StepReport: Hashable, Sendable {
  /// The epoch, counted from 0.
  package let epoch: Int
  /// Steps of this epoch that are done, this one included.
  package let step: Int
  /// The mean loss terms of this epoch up to here.
  package let losses: [NamedValue]
  /// The norm of the gradient before clipping.
  package let gradientNorm: Double
  /// Images per second over the last steps.
  package let imagesPerSecond: Double
  /// The estimated seconds until the training ends, validations included.
  package let secondsLeft: Double
}

/// One epoch.
package struct EpochReport: Sendable {
  /// The epoch, counted from 0.
  package let epoch: Int
  /// The mean loss terms of the epoch.
  package let losses: [NamedValue]
  /// Nil where this epoch was not validated.
  package let validation: ValidationResult?
  /// True where these are the best weights so far.
  package let isBest: Bool
  /// Training images per second, without validation.
  package let imagesPerSecond: Double
  /// The fraction of the training time spent waiting for data, 0...1.
  package let dataWaitFraction: Double
}

/// How a training ended.
package struct TrainingOutcome: Sendable {
  package enum Ending: Hashable, Sendable {
    /// All epochs are done.
    case finished
    /// The selection metric has not improved for `patience` epochs.
    case earlyStopped
    /// On request; the run can be resumed from its checkpoint.
    case interrupted
  }

  package let ending: Ending
  /// The run's folder.
  package let folder: String
  /// Steps and epochs done since the run began.
  package let steps: Int
  package let epochs: Int
  /// The name of the metric that selects the best weights.
  package let metric: String
  /// Nil where nothing was validated.
  package let best: BestEpoch?
  /// The validation of the best weights; nil where this process has not validated them.
  package let validation: ValidationResult?
}

/// The epoch of the best weights.
package struct BestEpoch: Hashable, Sendable, Codable {
  /// The epoch, counted from 0.
  package var epoch: Int
  /// The value of the metric that selects the best weights.
  package var metric: Double
}
