import Engine
import Imaging

/// Pictures drawn into a network's input, with what is labeled in them.
public struct Batch: Sendable {
  /// The epoch, from 0.
  public let epoch: Int
  /// The place in the epoch, from 0.
  public let index: Int
  /// Normalized pictures: n pictures of h rows, w columns and the channels red, green, blue.
  public let images: Tensor
  /// The objects of each picture, in pixels of the input; crowds are not among them.
  public let annotations: [[Annotation]]
  /// The crowd regions of each picture, in pixels of the input: neither targets nor background.
  public let ignoredRegions: [[Box]]
  /// Which sample each picture shows; that of its first tile for a mosaic.
  public let sampleIndices: [Int]
}

/// How the pictures of one batch are made.
public struct BatchPlan: Hashable, Sendable {
  /// The width of the network's input, in pixels.
  public var width: Int
  /// The height of the network's input, in pixels.
  public var height: Int
  /// How pictures are varied; nil fits them as detection does, with a letterbox.
  public var augmentation: AugmentationConfig?

  /// Makes a plan.
  public init(width: Int, height: Int, augmentation: AugmentationConfig?) {
    precondition(width > 0 && height > 0, "no input has \(width)x\(height) pixels")
    self.width = width
    self.height = height
    self.augmentation = augmentation
  }
}

/// A place in the endless sequence of batches, for starting again where training stopped.
public struct LoaderPosition: Hashable, Sendable {
  /// The epoch, from 0.
  public var epoch: Int
  /// The batch in the epoch, from 0.
  public var batch: Int

  /// Makes a position.
  public init(epoch: Int, batch: Int) {
    self.epoch = epoch
    self.batch = batch
  }

  /// The first batch of the first epoch.
  public static let start = LoaderPosition(epoch: 0, batch: 0)
}

/// What a loader needs to know besides the samples.
public struct LoaderConfig: Hashable, Sendable {
  /// Pictures a batch; fewer where the data set has fewer.
  public var batchSize: Int
  /// What order and augmentation are drawn from.
  public var seed: UInt64
  /// Threads that decode and draw; results do not depend on their number.
  public var workers: Int
  /// Batches that are made ahead of the one asked for.
  public var prefetch: Int
  /// Whether each epoch has an order of its own; if not, it is that of the samples.
  public var shuffles: Bool
  /// Whether an epoch's last batch may be smaller. If not, the pictures left over are skipped in
  /// this epoch, so that every batch has the same shape.
  public var keepsIncompleteBatch: Bool
  /// What is done to the pictures' samples.
  public var normalization: Normalization
  /// Pictures are reduced to about this longer side before they are kept and drawn, in pixels; make
  /// it at least the largest input, or details are lost.
  public var pictureSide: Int
  /// Decoded pictures are kept in memory until they fill this, in bytes.
  public var cacheLimit: Int

  /// Makes a configuration.
  public init(
    batchSize: Int, seed: UInt64, workers: Int = 2, prefetch: Int = 2, shuffles: Bool = true,
    keepsIncompleteBatch: Bool = false, normalization: Normalization = .unit,
    pictureSide: Int = 1024, cacheLimit: Int = 1 << 30
  ) {
    precondition(batchSize > 0, "a batch has at least one picture, not \(batchSize)")
    precondition(workers > 0, "a loader has at least one worker, not \(workers)")
    precondition(prefetch >= 0 && cacheLimit >= 0, "neither prefetch nor cache may be negative")
    precondition(pictureSide > 0, "pictures have at least one pixel, not \(pictureSide)")
    self.batchSize = batchSize
    self.seed = seed
    self.workers = workers
    self.prefetch = prefetch
    self.shuffles = shuffles
    self.keepsIncompleteBatch = keepsIncompleteBatch
    self.normalization = normalization
    self.pictureSide = pictureSide
    self.cacheLimit = cacheLimit
  }
}
