import Basics

/// The order of samples in one epoch of one rank; it depends only on the seed and the epoch.
struct EpochSampler: Hashable {
  /// The sample indices of this rank's epoch, in order.
  let indices: [Int]
  /// The shape of each batch's images.
  private let groups: [ShapeGroup]
  private let partition: BatchPartition
  /// The sample indices of all ranks' epoch, ascending; repeated samples occur more than once.
  private let members: [Int]
  private let config: LoaderConfig
  private let epoch: Int

  /// - Parameter shapes: The shape of each sample; empty if batches are not grouped by shape.
  init(_ factors: RepeatFactors, shapes: [ShapeGroup] = [], config: LoaderConfig, epoch: Int) {
    self.config = config
    self.epoch = epoch
    var generator = SeededGenerator(seed: config.seed, UInt64(epoch), Self.stream)
    var order = factors.members(
      using: SeededGenerator(seed: config.seed, UInt64(epoch), Self.stream, 1))
    members = order
    if config.shuffles { order = generator.shuffled(order) }
    // Every rank has the same number; what remains is skipped in this epoch.
    let count = factors.epochCount / config.ranks
    let part = (0..<count).map { order[$0 * config.ranks + config.rank] }
    partition = BatchPartition(count: count, size: config.batchSize)
    (indices, groups) =
      shapes.isEmpty
      ? (part, []) : ShapeGroup.batches(part, of: shapes, partition)
  }

  /// The random stream of the shuffling; the streams of images are numbered by their position.
  private static let stream = UInt64.max

  /// In an epoch larger than this, mosaic partners are chosen among this many images shown before:
  /// they are likely to be cached, so that an image is decoded once per epoch, whatever the size of
  /// the dataset.
  static let partnerWindow = 512

  /// Batches per epoch.
  static func batchCount(_ factors: RepeatFactors, config: LoaderConfig) -> Int {
    BatchPartition(count: factors.epochCount / config.ranks, size: config.batchSize).batchCount
  }

  /// The positions of a batch's images in `indices`.
  func places(ofBatch batch: Int) -> Range<Int> { partition.places(ofBatch: batch) }

  func batch(ofPlace place: Int) -> Int { partition.batch(ofPlace: place) }

  /// The shape of the input at a position.
  func group(ofPlace place: Int) -> ShapeGroup {
    groups.isEmpty ? .square : groups[batch(ofPlace: place)]
  }

  /// The seed of the image at a position; it is unique over all ranks.
  func seed(ofPlace place: Int) -> SampleSeed {
    SampleSeed(seed: config.seed, epoch: epoch, place: place * config.ranks + config.rank)
  }

  /// A random sample to combine with the one at a position.
  func partner(ofPlace place: Int, using generator: inout SeededGenerator) -> Int {
    if members.count <= Self.partnerWindow { return members[generator.index(below: members.count)] }
    let window = min(Self.partnerWindow, indices.count)
    let first = min(max(place + 1 - window, 0), indices.count - window)
    return indices[first + generator.index(below: window)]
  }
}
