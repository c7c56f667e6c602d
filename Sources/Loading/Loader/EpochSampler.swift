import Basics

/// The order of samples in one epoch of one rank; it depends on the seed and the epoch alone.
struct EpochSampler: Hashable {
  /// The samples of this rank's epoch, in order.
  let indices: [Int]
  /// The samples of all ranks' epoch, ascending; more than once where they are repeated.
  private let members: [Int]
  private let config: LoaderConfig
  private let epoch: Int

  init(_ factors: RepeatFactors, config: LoaderConfig, epoch: Int) {
    self.config = config
    self.epoch = epoch
    var generator = SeededGenerator(seed: config.seed, UInt64(epoch), Self.stream)
    var order = factors.members(
      using: SeededGenerator(seed: config.seed, UInt64(epoch), Self.stream, 1))
    members = order
    if config.shuffles { order = generator.shuffled(order) }
    // Every rank has as many; the remainder is left out of this epoch.
    let count = factors.epochCount / config.ranks
    indices = (0..<count).map { order[$0 * config.ranks + config.rank] }
  }

  /// Separates the random numbers of the order from those of the images, which have their position
  /// here.
  private static let stream = UInt64.max

  /// In an epoch larger than this, the images of a mosaic are chosen among as many that were shown
  /// before: they are likely to be cached, so that an image is decoded once per epoch, whatever the
  /// size of the dataset.
  static let partnerWindow = 512

  /// Batches per epoch; the last images are left out, so that every batch has the same shape.
  static func batchCount(_ factors: RepeatFactors, config: LoaderConfig) -> Int {
    let count = factors.epochCount / config.ranks
    return count / max(1, min(config.batchSize, count))
  }

  /// The positions of a batch's images in `indices`.
  func places(ofBatch batch: Int) -> Range<Int> {
    let size = min(config.batchSize, indices.count)
    return batch * size..<(batch + 1) * size
  }

  func batch(ofPlace place: Int) -> Int { place / min(config.batchSize, indices.count) }

  /// The seed of the image at a position; no two ranks have the same.
  func seed(ofPlace place: Int) -> SampleSeed {
    SampleSeed(seed: config.seed, epoch: epoch, place: place * config.ranks + config.rank)
  }

  /// A random sample that is combined with the one at a position.
  func partner(ofPlace place: Int, using generator: inout SeededGenerator) -> Int {
    if members.count <= Self.partnerWindow { return members[generator.index(below: members.count)] }
    let window = min(Self.partnerWindow, indices.count)
    let first = min(max(place + 1 - window, 0), indices.count - window)
    return indices[first + generator.index(below: window)]
  }
}
