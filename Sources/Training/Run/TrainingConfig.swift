import Engine
import Foundation

/// Everything that decides how a training goes; saved with the run as `config.json`.
///
/// `TrainingSetting.all` lists the names in files and the allowed values.
package struct TrainingConfig: Hashable, Sendable {
  // MARK: What

  /// The network, by its name in the catalog.
  package var model = "compact"
  /// The dataset: a folder or a `data.yaml`.
  package var data = ""
  /// A weights file to start from; parameters that do not fit are left as they begin. Nil starts
  /// from random weights.
  package var weights: String?
  /// The side of the square input, in pixels; a multiple of 32.
  package var imgsz = 416
  /// Largest relative change of the input size from batch to batch, 0...0.5; 0 keeps it fixed.
  package var multiScale = 0.0

  // MARK: How long

  /// Passes over the training images.
  package var epochs = 100
  /// Images a step; nil takes the largest of 64, 32, 16 and so on that fits into the memory.
  package var batch: Int? = 16
  /// Epochs without a better AP after which the training stops; 0 never stops early.
  package var patience = 50
  /// Epochs from one validation to the next; the last epoch is always validated. 0 validates only
  /// then.
  package var validationInterval = 1

  // MARK: Optimizer

  /// The optimizer.
  package var optimizer = OptimizerChoice.auto
  /// The learning rate after the warm-up; nil takes one that suits the optimizer.
  package var learningRate: Double?
  /// The last learning rate, as a fraction of `learningRate`.
  package var finalLearningRateFraction = 0.01
  /// SGD's momentum, AdamW's beta1.
  package var momentum = 0.9
  /// Weight decay, on weights only; nil takes one that suits the optimizer.
  package var weightDecay: Double?
  /// Epochs in which the learning rate climbs; fractions are allowed.
  package var warmupEpochs = 3.0
  /// SGD's momentum at the first step.
  package var warmupMomentum = 0.8
  /// The largest norm of the gradient; longer ones are cut.
  package var clip = 10.0
  /// The decay that the moving average of the weights approaches.
  package var emaDecay = 0.9999

  // MARK: Augmentation

  /// Largest change of the hue, as a fraction of the circle.
  package var hue = 0.015
  /// Largest relative change of the saturation.
  package var saturation = 0.7
  /// Largest relative change of the value, the largest of the three channels.
  package var value = 0.4
  /// Largest change of the brightness, as a fraction of white.
  package var brightness = 0.0
  /// Largest relative change of the contrast.
  package var contrast = 0.0
  /// Largest relative change of the gamma: 0.5 gives powers from 1/1.5 to 1.5.
  package var gamma = 0.0
  /// How often an image loses its colors, 0...1.
  package var gray = 0.0
  /// Largest rotation, in degrees.
  package var degrees = 0.0
  /// Largest shift, as a fraction of the input's side.
  package var translate = 0.1
  /// Largest change of the size: 0.5 gives factors from 0.5 to 1.5.
  package var scale = 0.5
  /// Largest shear along each axis, in degrees.
  package var shear = 0.0
  /// Largest change of depth, a pixel of the input: 0...0.001.
  package var perspective = 0.0
  /// How often an image is mirrored top and bottom, 0...1.
  package var flipUpDown = 0.0
  /// How often an image is mirrored left and right, 0...1.
  package var flip = 0.5
  /// How often an image is cut to a part that keeps objects, 0...1.
  package var crop = 0.0
  /// How often an image is blurred, 0...1.
  package var blur = 0.0
  /// How often an image goes through JPEG of a low quality, 0...1.
  package var jpeg = 0.0
  /// How often a rectangle of an image is grayed out, 0...1.
  package var erasing = 0.0
  /// How often several images are put together, 0...1.
  package var mosaic = 0.5
  /// How many of the mosaics have nine images instead of four, 0...1.
  package var mosaic9 = 0.0
  /// How often two images are blended, 0...1.
  package var mixup = 0.0
  /// How often objects of another image are pasted in by their polygons, 0...1.
  package var copyPaste = 0.0
  /// Last epochs without mosaic and mixup.
  package var closeMosaic = 10

  // MARK: Images

  /// Images with classes that a smaller share of the images has are shown more often; 0 shows
  /// each once an epoch.
  package var repeatThreshold = 0.0
  /// Memory for decoded images, in MiB.
  package var cache = 1024
  /// Whether an image that cannot be read ends the training.
  package var strict = false

  // MARK: Machine

  /// Everything random follows from this number.
  package var seed: UInt64 = 0
  /// Threads that compute; nil takes what the process may use.
  package var threads: Int?
  /// Threads that read and augment images; nil takes as many as compute.
  package var workers: Int?
  /// The numbers that are computed in.
  package var precision = PrecisionChoice.auto

  // MARK: Run

  /// The folder that runs are kept in.
  package var project = "runs"
  /// The run's folder in it; nil takes the next free `train-N`.
  package var name: String?

  /// Makes the default configuration for a dataset.
  package init(data: String = "") {
    self.data = data
  }
}
