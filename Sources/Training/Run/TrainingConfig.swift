import Engine
import Foundation

/// Everything that decides how a training goes; saved with the run as `config.json`.
///
/// `TrainingSetting.all` lists the names in files and the allowed values.
public struct TrainingConfig: Hashable, Sendable {
  // MARK: What

  /// The network, by its name in the catalog.
  public var model = "compact"
  /// The data set: a folder or a `data.yaml`.
  public var data = ""
  /// A weights file to start from; parameters that do not fit are left as they begin. Nil starts
  /// from random weights.
  public var weights: String?
  /// The side of the square input, in pixels; a multiple of 32.
  public var imgsz = 416
  /// Largest relative change of the input size from batch to batch, 0...0.5; 0 keeps it fixed.
  public var multiScale = 0.0

  // MARK: How long

  /// Passes over the training pictures.
  public var epochs = 100
  /// Pictures a step; nil takes the largest of 64, 32, 16 and so on that fits into the memory.
  public var batch: Int? = 16
  /// Epochs without a better AP after which the training stops; 0 never stops early.
  public var patience = 50
  /// Epochs from one validation to the next; the last epoch is always validated. 0 validates only
  /// then.
  public var validationInterval = 1

  // MARK: Optimizer

  /// The optimizer.
  public var optimizer = OptimizerChoice.auto
  /// The learning rate after the warm-up; nil takes one that suits the optimizer.
  public var learningRate: Double?
  /// The last learning rate, as a fraction of `learningRate`.
  public var finalFraction = 0.01
  /// SGD's momentum, AdamW's beta1.
  public var momentum = 0.9
  /// Weight decay, on weights only; nil takes one that suits the optimizer.
  public var weightDecay: Double?
  /// Epochs in which the learning rate climbs; fractions are allowed.
  public var warmupEpochs = 3.0
  /// SGD's momentum at the first step.
  public var warmupMomentum = 0.8
  /// The largest norm of the gradient; longer ones are cut.
  public var clip = 10.0
  /// The decay that the moving average of the weights approaches.
  public var averageDecay = 0.9999

  // MARK: Augmentation

  /// Largest change of the hue, as a fraction of the circle.
  public var hue = 0.015
  /// Largest relative change of the saturation.
  public var saturation = 0.7
  /// Largest relative change of the brightness.
  public var brightness = 0.4
  /// Largest shift, as a fraction of the input's side.
  public var translate = 0.1
  /// Largest change of the size: 0.5 gives factors from 0.5 to 1.5.
  public var scale = 0.5
  /// How often a picture is mirrored, 0...1.
  public var flip = 0.5
  /// How often four pictures are put together, 0...1.
  public var mosaic = 0.5
  /// Last epochs without mosaic.
  public var closeMosaic = 10

  // MARK: Machine

  /// Everything random follows from this number.
  public var seed: UInt64 = 0
  /// Threads that compute; nil takes what the process may use.
  public var threads: Int?
  /// Threads that read and augment pictures; nil takes as many as compute.
  public var workers: Int?
  /// The numbers that are computed in.
  public var precision = PrecisionChoice.auto

  // MARK: Run

  /// The folder that runs are kept in.
  public var project = "runs"
  /// The run's folder in it; nil takes the next free `train-N`.
  public var name: String?

  /// Makes the default configuration for a data set.
  public init(data: String = "") {
    self.data = data
  }
}
