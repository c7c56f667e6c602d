import Basics
import Engine

/// Which samples the batches of an epoch show; depends on the seed and the epoch alone.
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
    // Every rank has as many; what is left over waits for another epoch.
    let count = factors.epochCount / config.ranks
    indices = (0..<count).map { order[$0 * config.ranks + config.rank] }
  }

  /// Sets the order's random numbers apart from those of the images, which use their place here.
  private static let stream = UInt64.max

  /// In a larger epoch than this, the images of a mosaic are chosen among as many that were shown
  /// lately: they are likely to be in memory, so that an image is decoded once an epoch, whatever
  /// the size of the dataset.
  static let partnerWindow = 512

  /// Batches an epoch.
  static func batchCount(_ factors: RepeatFactors, config: LoaderConfig) -> Int {
    let count = factors.epochCount / config.ranks
    let size = max(1, min(config.batchSize, count))
    return config.keepsIncompleteBatch ? (count + size - 1) / size : count / size
  }

  /// The places in `indices` of a batch's images.
  func places(ofBatch batch: Int) -> Range<Int> {
    let size = min(config.batchSize, indices.count)
    return batch * size..<min((batch + 1) * size, indices.count)
  }

  /// The batch that has the image at a place.
  func batch(ofPlace place: Int) -> Int { place / min(config.batchSize, indices.count) }

  /// What the random numbers of the image at a place follow from; no two ranks share them.
  func key(ofPlace place: Int) -> SampleSeed {
    SampleSeed(seed: config.seed, epoch: epoch, place: place * config.ranks + config.rank)
  }

  /// A sample that joins the one at a place.
  func partner(ofPlace place: Int, using generator: inout SeededGenerator) -> Int {
    if members.count <= Self.partnerWindow { return members[generator.index(below: members.count)] }
    let window = min(Self.partnerWindow, indices.count)
    let first = min(max(place + 1 - window, 0), indices.count - window)
    return indices[first + generator.index(below: window)]
  }
}
