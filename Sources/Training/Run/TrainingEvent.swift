import Evaluation

/// What a training tells whoever watches it.
public enum TrainingEvent: Sendable {
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
public struct TrainingSummary: Sendable {
  /// The run's folder.
  public let folder: String
  /// The network.
  public let model: String
  /// Learned numbers.
  public let parameterCount: Int
  /// The classes.
  public let classNames: [String]
  /// Images to learn from.
  public let trainingImages: Int
  /// Images to validate on; 0 where the dataset has none.
  public let validationImages: Int
  /// Where it begins, counted from 0: more than 0 for a resumed training.
  public let firstEpoch: Int
  /// Passes over the images in all.
  public let epochs: Int
  /// Steps of an epoch.
  public let stepsPerEpoch: Int
  /// The optimizer, `auto` resolved.
  public let optimizer: OptimizerChoice
  /// The learning rate after the warm-up.
  public let learningRate: Double
  /// Images a step.
  public let batch: Int
  /// Bytes that the training will take, as reckoned before it begins.
  public let memory: Int
  /// Threads that compute.
  public let threads: Int
}

/// One step.
public struct StepReport: Hashable, Sendable {
  /// The epoch, counted from 0.
  public let epoch: Int
  /// Epochs in all.
  public let epochs: Int
  /// Steps of this epoch that are done, this one included.
  public let step: Int
  /// Steps of an epoch.
  public let steps: Int
  /// The mean losses of this epoch up to here.
  public let losses: MeanLosses
  /// The norm of the gradient before clipping.
  public let gradientNorm: Double
  /// The learning rate of this step.
  public let rate: Double
  /// Images a second, lately.
  public let imagesPerSecond: Double
  /// Seconds until the training ends, validations included, as far as can be told.
  public let secondsLeft: Double
}

/// One epoch.
public struct EpochReport: Sendable {
  /// The row that `results.csv` has got.
  public let row: EpochRow
  /// Epochs in all.
  public let epochs: Int
  /// AP overall and of each class; nil where this epoch was not validated.
  public let validation: DetectionMetrics?
  /// True where this is the best AP so far.
  public let isBest: Bool
}

/// Losses averaged over steps.
public struct MeanLosses: Hashable, Sendable, Codable {
  private var boxSum = 0.0
  private var classSum = 0.0
  private var steps = 0

  /// Starts without steps.
  public init() {}

  /// The mean box loss; 0 before the first step.
  public var box: Double { steps > 0 ? boxSum / Double(steps) : 0 }
  /// The mean class loss; 0 before the first step.
  public var classification: Double { steps > 0 ? classSum / Double(steps) : 0 }
  /// Their sum.
  public var total: Double { box + classification }

  /// Takes in a step's losses.
  public mutating func add(_ value: LossTerms) {
    boxSum += value.box
    classSum += value.classification
    steps += 1
  }
}

/// How a training ended.
public struct TrainingOutcome: Sendable {
  /// Why it ended.
  public enum Ending: Hashable, Sendable {
    /// All epochs are done.
    case finished
    /// The AP has not improved for `patience` epochs.
    case earlyStopped
    /// Someone asked for it; the checkpoint has all that is needed to go on.
    case interrupted
  }

  /// Why it ended.
  public let ending: Ending
  /// The run's folder.
  public let folder: String
  /// Steps done since the run began.
  public let steps: Int
  /// Epochs done since the run began.
  public let epochs: Int
  /// The best AP (0.50 to 0.95) and the epoch, counted from 0, that reached it; nil where nothing
  /// was validated.
  public let best: BestEpoch?
  /// The report on the best weights; nil where nothing was validated in this sitting.
  public let report: DetectionMetrics?
}

/// The epoch with the best AP.
public struct BestEpoch: Hashable, Sendable, Codable {
  /// The epoch, counted from 0.
  public var epoch: Int
  /// AP over IoU 0.50 to 0.95, 0...1.
  public var ap: Double
}
