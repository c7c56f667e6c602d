import Engine
import Loading

/// The settings of a training; saved with the run as `config.json`.
///
/// `Knob.all` declares their names, ranges and descriptions. Nil leaves a setting open: the
/// training then chooses it, and records the choice where it matters for a resume.
package struct TrainingConfig: Hashable, Sendable {
  package var model = "compact"
  package var data = ""
  package var weights: String?
  package var imgsz = 416
  package var multiScale = 0.0

  package var epochs = 100
  package var batch: Int? = 16
  package var patience = 50
  package var validationInterval = 1

  package var assigner = Assigner.taskAligned
  package var boxLoss = BoxLoss.ciou
  package var boxWeight = 7.5
  package var classWeight = 0.5

  package var optimizer = OptimizerChoice.auto
  package var learningRate: Double?
  package var finalLearningRateFraction = 0.01
  package var momentum = 0.9
  package var weightDecay: Double?
  package var warmupEpochs = 3.0
  package var warmupMomentum = 0.8
  package var clip = 10.0
  package var emaDecay = 0.9999

  package var augmentation = AugmentationConfig()
  package var closeMosaic = 10

  package var repeatThreshold = 0.0
  /// In MiB.
  package var cache = 1024
  package var strict = false

  package var seed: UInt64 = 0
  package var threads: Int?
  package var workers: Int?
  package var precision = PrecisionChoice.auto

  /// The folder of all runs.
  package var output = "runs"
  /// The folder of this run in it.
  package var name: String?

  package init(data: String = "") {
    self.data = data
  }
}
