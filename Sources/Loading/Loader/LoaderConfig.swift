import Imaging

/// The settings of a loader, besides the samples.
package struct LoaderConfig: Hashable, Sendable {
  /// Images per batch; fewer if the dataset has fewer.
  package var batchSize: Int
  /// The seed of the order and of the augmentation.
  package var seed: UInt64
  /// The number of threads that decode and augment; results do not depend on it.
  package var workers: Int
  /// The number of batches prepared ahead of the requested one.
  package var prefetch: Int
  /// Whether the samples are shuffled in each epoch; if not, they keep their order.
  package var shuffles: Bool
  package var normalization: Normalization
  /// Images are reduced to this longer side, in pixels, when they are decoded. It should be at
  /// least the largest input side, or details are lost.
  package var imageSide: Int
  /// The memory limit for decoded images, in bytes.
  package var cacheLimit: Int
  /// The repeat-factor sampling threshold (t in LVIS), 0...1: images with a class that occurs in a
  /// smaller fraction of the images are repeated in an epoch. 0 repeats none.
  package var repeatThreshold = 0.0
  /// Whether the images of a batch have similar shapes, where the input size is a longer side; if not,
  /// such an input is square.
  package var groupsShapes = false
  /// The number of mask classes, 1...254; nil for batches without masks.
  package var maskClasses: Int?
  /// The weights of pixels in the loss, for batches with masks.
  package var weightMap = WeightMap.none
  /// The number of processes that train together; each has an equal part of every epoch.
  package var ranks = 1
  /// The rank of this process, from 0.
  package var rank = 0
  /// Whether an image that cannot be decoded, or a damaged JPEG, is an error; if not, the first is
  /// replaced by the next image, and of the second what is there is decoded, with a warning.
  package var isStrict = false

  package init(
    batchSize: Int, seed: UInt64, workers: Int = 2, prefetch: Int = 2, shuffles: Bool = true,
    normalization: Normalization = .unit, imageSide: Int = 1024, cacheLimit: Int = 1 << 30
  ) {
    precondition(batchSize > 0, "a batch has at least one image, not \(batchSize)")
    precondition(workers > 0, "a loader has at least one worker, not \(workers)")
    precondition(prefetch >= 0 && cacheLimit >= 0, "neither prefetch nor cache may be negative")
    precondition(imageSide > 0, "images have at least one pixel, not \(imageSide)")
    self.batchSize = batchSize
    self.seed = seed
    self.workers = workers
    self.prefetch = prefetch
    self.shuffles = shuffles
    self.normalization = normalization
    self.imageSide = imageSide
    self.cacheLimit = cacheLimit
  }
}

extension LoaderConfig {
  /// The format of inputs: 16 bits where images are normalized by their own statistics.
  package var inputFormat: PixelFormat {
    PixelFormat(
      channels: normalization.channels, bitDepth: normalization.perImage == nil ? 8 : 16)
  }

  /// The normalization of inputs, in which images were normalized by their own statistics already.
  var batchNormalization: Normalization {
    normalization.perImage == nil ? normalization : UnitSamples.inputNormalization(normalization)
  }
}

/// A position in the sequence of batches, from which training can resume.
package struct LoaderState: Hashable, Sendable {
  /// The epoch, from 0.
  package var epoch: Int
  /// The batch in the epoch, from 0.
  package var batch: Int

  package init(epoch: Int, batch: Int) {
    self.epoch = epoch
    self.batch = batch
  }

  package static let start = LoaderState(epoch: 0, batch: 0)

  /// The first batch of the next epoch.
  var nextEpoch: LoaderState { LoaderState(epoch: epoch + 1, batch: 0) }
}

/// Returns the plan of the batch at a position.
package typealias BatchSchedule = @Sendable (LoaderState) -> BatchPlan
