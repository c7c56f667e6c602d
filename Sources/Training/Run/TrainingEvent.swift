import Evaluation

/// What a training tells whoever watches it.
package enum TrainingEvent: Sendable {
  /// All is set up; the first step follows.
  case started(TrainingSummary)
  /// A step is done.
  case step(StepReport)
  /// A validation has looked at some of its images.
  case validating(images: Int, of: Int)
  /// An epoch is done, with its validation where there was one.
  case epoch(EpochReport)
  /// Something was left out or put right; one sentence.
  case issue(String)
}

/// What a training is about to do.
package struct TrainingSummary: Sendable {
  /// The run's folder.
  package let folder: String
  /// The network.
  package let model: String
  /// Learned numbers.
  package let parameterCount: Int
  /// The classes.
  package let classNames: [String]
  /// Images to learn from.
  package let trainingImages: Int
  /// Images to validate on; 0 where the dataset has none.
  package let validationImages: Int
  /// Where it begins, counted from 0: more than 0 for a resumed training.
  package let firstEpoch: Int
  /// Passes over the images in all.
  package let epochs: Int
  /// Steps of an epoch.
  package let stepsPerEpoch: Int
  /// The optimizer, `auto` resolved.
  package let optimizer: OptimizerChoice
  /// The learning rate after the warm-up.
  package let learningRate: Double
  /// Images a step.
  package let batch: Int
  /// Bytes that the training will take, as reckoned before it begins.
  package let memory: Int
  /// Threads that compute.
  package let threads: Int
}

/// One step.
package struct StepReport: Hashable, Sendable {
  /// The epoch, counted from 0.
  package let epoch: Int
  /// Epochs in all.
  package let epochs: Int
  /// Steps of this epoch that are done, this one included.
  package let step: Int
  /// Steps of an epoch.
  package let steps: Int
  /// The mean losses of this epoch up to here.
  package let losses: MeanLosses
  /// The norm of the gradient before clipping.
  package let gradientNorm: Double
  /// The learning rate of this step.
  package let rate: Double
  /// Images a second, lately.
  package let imagesPerSecond: Double
  /// Seconds until the training ends, validations included, as far as can be told.
  package let secondsLeft: Double
}

/// One epoch.
package struct EpochReport: Sendable {
  /// The row that `results.csv` has got.
  package let row: EpochRow
  /// Epochs in all.
  package let epochs: Int
  /// AP overall and of each class; nil where this epoch was not validated.
  package let validation: DetectionMetrics?
  /// True where this is the best AP so far.
  package let isBest: Bool
}

/// Losses averaged over steps.
package struct MeanLosses: Hashable, Sendable, Codable {
  private var boxSum = 0.0
  private var classSum = 0.0
  private var steps = 0

  /// Starts without steps.
  package init() {}

  /// The mean box loss; 0 before the first step.
  package var box: Double { steps > 0 ? boxSum / Double(steps) : 0 }
  /// The mean class loss; 0 before the first step.
  package var classification: Double { steps > 0 ? classSum / Double(steps) : 0 }
  /// Their sum.
  package var total: Double { box + classification }

  /// Takes in a step's losses.
  package mutating func add(_ value: LossTerms) {
    boxSum += value.box
    classSum += value.classification
    steps += 1
  }
}

/// How a training ended.
package struct TrainingOutcome: Sendable {
  /// Why it ended.
  package enum Ending: Hashable, Sendable {
    /// All epochs are done.
    case finished
    /// The AP has not improved for `patience` epochs.
    case earlyStopped
    /// Someone asked for it; the checkpoint has all that is needed to go on.
    case interrupted
  }

  /// Why it ended.
  package let ending: Ending
  /// The run's folder.
  package let folder: String
  /// Steps done since the run began.
  package let steps: Int
  /// Epochs done since the run began.
  package let epochs: Int
  /// The best AP (0.50 to 0.95) and the epoch, counted from 0, that reached it; nil where nothing
  /// was validated.
  package let best: BestEpoch?
  /// The report on the best weights; nil where nothing was validated in this sitting.
  package let report: DetectionMetrics?
}

/// The epoch with the best AP.
package struct BestEpoch: Hashable, Sendable, Codable {
  /// The epoch, counted from 0.
  package var epoch: Int
  /// AP over IoU 0.50 to 0.95, 0...1.
  package var ap: Double
}
