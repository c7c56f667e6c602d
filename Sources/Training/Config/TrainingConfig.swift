import Basics
import Engine
import Loading
import Networks

/// The settings of a training; saved with the run as `config.json`.
///
/// `Knob.all` declares their names, ranges and descriptions. The training chooses a setting that is
/// nil, and saves the choice where resuming depends on it.
public struct TrainingConfig: Hashable, Sendable {
  /// The name of a model in the catalog.
  public var model = "compact"
  /// The dataset: a folder, a `data.yaml` or an annotation file.
  public var data = ""
  /// The classes that are trained, names or indices separated by commas; nil for all. Objects of
  /// others are background.
  public var classes: String?
  /// Whether all classes are joined to one, named "object".
  public var singleClass = false
  /// The fraction of the training images that is used, above 0 and at most 1.
  public var fraction = 1.0
  /// The number of folds of a cross-validation, 2 or more; nil for none.
  public var folds: Int?
  /// The fold that is trained, counted from 1; nil for all.
  public var fold: Int?
  /// The initial weights; nil for the built-in ones where they are of the model, else random ones.
  public var weights: WeightsSource?
  /// Patterns over the names of parameters that are not trained, separated by commas; nil for none.
  public var freeze: String?
  /// The input size. If it is a longer side, images of similar shapes are trained together.
  public var imgsz = InputSize.longerSide(416)
  /// The maximum relative change of the input size between batches, 0...0.5.
  public var multiScale = 0.0
  /// The input size of the first half of the epochs, as a fraction of `imgsz`; 1 for a fixed size, nil
  /// for that of the recipe.
  public var progressive: Double?

  /// The number of epochs.
  public var epochs = 100
  /// The time that the training may take; it replaces `epochs` when a run starts.
  public var time: TrainingTime?
  /// Images per step; nil for the training's choice.
  public var batch: Int?
  /// Batches whose gradients are averaged for one step of the optimizer.
  public var accumulate = 1
  /// Validations without improvement that end the training; 0 for no early stopping.
  public var patience = 50
  /// Epochs between validations; 0 validates after the last epoch only.
  public var validationInterval = 1

  /// The label assignment.
  public var assigner = Assigner.taskAligned
  /// The box regression loss.
  public var boxLoss = BoxLoss.ciou
  /// The weight of the box loss.
  public var boxWeight = 7.5
  /// The weight of the classification loss.
  public var classWeight = 0.5
  /// The losses of segmentation and their weights.
  public var segmentationLoss = SegmentationLossMix.usual
  /// The number of outputs of reduced size that the loss of segmentation compares, too, 0...3.
  public var deepSupervision = 0
  /// The weights of pixels in a segmentation loss.
  public var weightMap = WeightMap.none
  /// The weights of the background and the classes in a segmentation loss; nil for 1.
  public var classWeights: ClassWeights?

  /// The optimizer.
  public var optimizer = OptimizerChoice.auto
  /// The peak learning rate; nil for that of the optimizer and the recipe.
  public var learningRate: Double?
  /// The course of the learning rate from its peak to the end; nil for that of the recipe.
  public var learningRateCourse: LearningRateCourse?
  /// The final learning rate as a fraction of the peak; nil for that of the recipe.
  public var finalLearningRateFraction: Double?
  /// The momentum of SGD, the first beta of AdamW.
  public var momentum = 0.9
  /// The weight decay; nil for the optimizer's default.
  public var weightDecay: Double?
  /// Warm-up epochs.
  public var warmupEpochs = 3.0
  /// The momentum at the start of the warm-up.
  public var warmupMomentum = 0.8
  /// The maximum norm of the gradient, above 0; larger gradients are scaled down.
  public var clip = 10.0
  /// The memory of the exponential moving average (EMA) of the weights, as a fraction of all steps.
  public var emaMemory = 0.03

  /// The augmentation of training images.
  public var augmentation = AugmentationConfig()
  /// The number of final epochs without mosaic and mixup; below 1 a fraction of all epochs.
  public var closeMosaic = 10.0
  /// The number of final epochs with flips as the only augmentation; below 1 a fraction of all epochs.
  public var closeAugmentation = 0.0

  /// The threshold of repeat-factor sampling (LVIS); 0 for none.
  public var repeatThreshold = 0.0
  /// Memory for decoded images, in MiB.
  public var cache = 1024
  /// Whether an unreadable image ends the training.
  public var strict = false
  /// Whether invalid labels are skipped and reported; if not, they end the training.
  public var skipInvalid = false

  /// The random seed.
  public var seed: UInt64 = 0
  /// Compute threads; nil for all that are available.
  public var threads: Int?
  /// Threads that decode and augment images; nil for as many as `threads`.
  public var workers: Int?
  /// The compute precision.
  public var precision = PrecisionChoice.auto

  /// The folder of all runs.
  public var output = "runs"
  /// The name of this run's folder in `output`; nil for the next free `train-N`.
  public var name: String?

  /// Makes the default settings for a dataset: a folder, a `data.yaml` or an annotation file.
  public init(data: String = "") {
    self.data = data
  }
}
