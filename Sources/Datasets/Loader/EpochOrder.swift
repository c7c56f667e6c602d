import Engine

/// Which samples the batches of an epoch show; depends on the seed and the epoch alone.
struct EpochOrder: Hashable {
  /// The samples of the epoch, in order.
  let indices: [Int]
  private let batchSize: Int

  init(sampleCount: Int, config: LoaderConfig, epoch: Int) {
    batchSize = min(config.batchSize, sampleCount)
    if config.shuffles {
      var generator = SeededGenerator(seed: config.seed, UInt64(epoch), Self.stream)
      indices = generator.permutation(of: sampleCount)
    } else {
      indices = Array(0..<sampleCount)
    }
  }

  /// Sets the order's random numbers apart from those of the pictures, which use their place here.
  private static let stream = UInt64.max

  /// Batches an epoch.
  static func batchCount(sampleCount: Int, config: LoaderConfig) -> Int {
    let size = min(config.batchSize, sampleCount)
    return config.keepsIncompleteBatch ? (sampleCount + size - 1) / size : sampleCount / size
  }

  /// The places in `indices` of a batch's pictures.
  func places(ofBatch batch: Int) -> Range<Int> {
    batch * batchSize..<min((batch + 1) * batchSize, indices.count)
  }
}
