import Imaging

/// The settings of a loader, besides the samples.
package struct LoaderConfig: Hashable, Sendable {
  /// Images per batch; fewer where the dataset has fewer.
  package var batchSize: Int
  /// Order and augmentation depend on it.
  package var seed: UInt64
  /// Threads that decode and augment; results do not depend on their number.
  package var workers: Int
  /// Batches that are prepared ahead of the one asked for.
  package var prefetch: Int
  /// Whether each epoch has an order of its own; if not, it is that of the samples.
  package var shuffles: Bool
  package var normalization: Normalization
  /// Images are reduced to this longer side, in pixels, when they are decoded; make it at least the
  /// largest input, or details are lost.
  package var imageSide: Int
  /// Memory for decoded images, in bytes.
  package var cacheLimit: Int
  /// Images with a class that a smaller fraction of the images has are repeated in an epoch, 0...1
  /// (the t of LVIS' repeat factors); 0 repeats none.
  package var repeatThreshold = 0.0
  /// The number of classes of the batches' masks, 1...254; nil for batches without masks.
  package var maskClasses: Int?
  /// Processes that train together; each has a part of every epoch, all equally long.
  package var ranks = 1
  /// The index of this process among them.
  package var rank = 0
  /// Whether an image that cannot be decoded is an error of its batch instead of being replaced by
  /// the next.
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

/// A position in the sequence of batches, from which training can resume.
package struct LoaderState: Hashable, Sendable {
  /// From 0.
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

/// The settings of batches from a position on.
package typealias BatchSchedule = @Sendable (LoaderState) -> BatchPlan
