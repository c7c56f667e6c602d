import Datasets
import Foundation
import Imaging

/// Prepares batches of training images ahead of their use, on threads of its own.
///
/// Batch k of epoch e depends on the samples, the configuration's seed and sizes, and the plan for
/// (e, k) alone: not on the number of workers, the cache or the batch at which loading started.
package final class Loader: Sendable {
  /// Batches per epoch, of this rank.
  package let batchesPerEpoch: Int
  private let queue: BatchQueue

  /// Starts to prepare batches.
  ///
  /// - Parameters:
  ///   - samples: Usually those of a `Dataset`; at least one.
  ///   - start: The first batch, for training that is resumed.
  ///   - epochs: After this many epochs, counted from 0, there are no more batches.
  ///   - schedule: The plan of each batch. It is called once per batch, ahead of time, and must
  ///     return the same plan whenever it is called.
  package init(
    samples: [Sample], config: LoaderConfig, start: LoaderState = .start, epochs: Int = .max,
    schedule: @escaping BatchSchedule
  ) {
    precondition(start.epoch >= 0 && start.batch >= 0, "there is no batch at \(start)")
    let builder = SampleBuilder(samples, config: config)
    batchesPerEpoch = builder.batchesPerEpoch
    let queue = BatchQueue(builder, start: start, epochs: epochs, schedule: schedule)
    self.queue = queue
    for _ in 0..<config.workers {
      let thread = Thread { queue.work() }
      thread.name = "glimpse loader"
      thread.stackSize = 1 << 20
      thread.start()
    }
  }

  deinit { queue.stop() }

  /// Images per epoch of all ranks together, where rare classes are repeated
  /// (`LoaderConfig.repeatThreshold`).
  package static func imagesPerEpoch(_ samples: [Sample], repeatThreshold: Double) -> Int {
    RepeatFactors(samples, threshold: repeatThreshold).epochCount
  }

  /// The next batch, after waiting for it; nil after the last epoch.
  ///
  /// - Throws: `DatasetsError` where none of the samples can be decoded; where one of this batch's
  ///   cannot, if the configuration is strict.
  package func next() throws(DatasetsError) -> Batch? { try queue.next() }
}

/// The images of a training one at a time and in any order, for inspection.
///
/// They are those of a `Loader` with the same samples, configuration and schedule.
package struct AugmentedImages: Sendable {
  private let builder: SampleBuilder
  private let schedule: BatchSchedule
  /// Images per epoch.
  package let count: Int

  package init(samples: [Sample], config: LoaderConfig, schedule: @escaping BatchSchedule) {
    self.schedule = schedule
    builder = SampleBuilder(samples, config: config)
    count = builder.sampler(epoch: 0).places(ofBatch: builder.batchesPerEpoch - 1).upperBound
  }

  /// The image at a position of an epoch, both counted from 0.
  ///
  /// - Throws: `DatasetsError` where none of the samples can be decoded.
  package func image(epoch: Int, place: Int) throws(DatasetsError) -> TrainingSample {
    precondition((0..<count).contains(place), "there is no image \(place) of \(count)")
    let sampler = builder.sampler(epoch: epoch)
    let state = LoaderState(epoch: epoch, batch: sampler.batch(ofPlace: place))
    return try builder.build(sampler, place: place, plan: schedule(state))
  }
}
