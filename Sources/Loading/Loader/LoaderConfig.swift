import Imaging

/// What a loader needs to know besides the samples.
package struct LoaderConfig: Hashable, Sendable {
  /// Images a batch; fewer where the dataset has fewer.
  package var batchSize: Int
  /// What order and augmentation are drawn from.
  package var seed: UInt64
  /// Threads that decode and draw; results do not depend on their number.
  package var workers: Int
  /// Batches that are made ahead of the one asked for.
  package var prefetch: Int
  /// Whether each epoch has an order of its own; if not, it is that of the samples.
  package var shuffles: Bool
  /// Whether an epoch's last batch may be smaller. If not, the images left over are skipped in
  /// this epoch, so that every batch has the same shape.
  package var keepsIncompleteBatch: Bool
  /// What is done to the images' samples.
  package var normalization: Normalization
  /// Images are reduced to about this longer side before they are kept and drawn, in pixels; make
  /// it at least the largest input, or details are lost.
  package var imageSide: Int
  /// Decoded images are kept in memory until they fill this, in bytes.
  package var cacheLimit: Int
  /// Images are shown more often that hold a class that a smaller share of the images has,
  /// 0...1 (the t of LVIS' repeat factors); 0 shows each once.
  package var repeatThreshold = 0.0
  /// How many classes the pixels of images may have, 1...254; nil where batches need no masks.
  package var maskClasses: Int?
  /// How many processes train together; each sees a part of every epoch, all equally long.
  package var ranks = 1
  /// Which of them this is, from 0.
  package var rank = 0
  /// Whether an image that cannot be decoded is an error of its batch instead of being replaced by
  /// the next.
  package var isStrict = false

  /// Makes a configuration.
  package init(
    batchSize: Int, seed: UInt64, workers: Int = 2, prefetch: Int = 2, shuffles: Bool = true,
    keepsIncompleteBatch: Bool = false, normalization: Normalization = .unit,
    imageSide: Int = 1024, cacheLimit: Int = 1 << 30
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
    self.keepsIncompleteBatch = keepsIncompleteBatch
    self.normalization = normalization
    self.imageSide = imageSide
    self.cacheLimit = cacheLimit
  }
}
