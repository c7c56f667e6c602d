import Datasets
import Foundation
import Imaging

/// Makes batches of training images ahead of their use, on threads of its own.
///
/// Batch k of epoch e is the same whatever the number of workers, whatever is in the cache, and
/// whether one started at it or came to it: it depends on the samples, the configuration's seed and
/// sizes, and the plan for (e, k).
package final class Loader: Sendable {
  /// What is drawn from.
  package let samples: [Sample]
  /// How it is drawn.
  package let config: LoaderConfig
  /// Batches an epoch, of this rank.
  package let batchesPerEpoch: Int
  private let queue: BatchQueue

  /// Starts to make batches.
  ///
  /// - Parameters:
  ///   - samples: Usually those of a `Dataset`; at least one.
  ///   - config: Batch size, seed, threads and memory.
  ///   - start: The first batch wanted, for training that goes on where it stopped.
  ///   - epochs: After this many epochs, counted from 0, there are no more batches.
  ///   - schedule: Says for each batch how large its images are and how they are varied. It is
  ///     called ahead of time, once a batch, and must give the same answer whenever it is called.
  package init(
    samples: [Sample], config: LoaderConfig, start: LoaderState = .start, epochs: Int = .max,
    schedule: @escaping @Sendable (LoaderState) -> BatchPlan
  ) {
    precondition(!samples.isEmpty, "a loader needs at least one sample")
    precondition(start.epoch >= 0 && start.batch >= 0, "there is no batch at \(start)")
    self.samples = samples
    self.config = config
    let factors = RepeatFactors(samples, threshold: config.repeatThreshold)
    batchesPerEpoch = EpochSampler.batchCount(factors, config: config)
    precondition(
      batchesPerEpoch > 0, "\(samples.count) samples are too few for \(config.ranks) ranks")
    let cache = ImageCache(samples: samples, config: config)
    let queue = BatchQueue(
      maker: SampleBuilder(samples: samples, config: config, cache: cache),
      factors: factors, start: start, epochs: epochs, schedule: schedule)
    self.queue = queue
    for _ in 0..<config.workers {
      let thread = Thread { queue.work() }
      thread.name = "glimpse loader"
      thread.stackSize = 1 << 20
      thread.start()
    }
  }

  deinit { queue.stop() }

  /// Images that an epoch shows of some samples, of all ranks together, where rare classes are
  /// repeated (`LoaderConfig.repeatThreshold`).
  package static func imagesPerEpoch(_ samples: [Sample], repeatThreshold: Double) -> Int {
    RepeatFactors(samples, threshold: repeatThreshold).epochCount
  }

  /// The next batch, waiting for it if need be; nil after the last epoch.
  ///
  /// - Throws: `DatasetsError` where none of the samples can be decoded; where one of this batch's
  ///   cannot, if the configuration is strict.
  package func next() throws(DatasetsError) -> Batch? { try queue.next() }
}
