import Datasets
import Foundation
import Imaging

/// Prepares batches of training images ahead of use, on its own threads.
///
/// Batch k of epoch e depends only on the samples, the configuration's seed and sizes, and the plan
/// for (e, k): not on the number of workers, the cache or the batch at which loading started.
package final class Loader: Sendable {
  /// Batches per epoch of this rank.
  package let batchesPerEpoch: Int
  private let queue: BatchQueue

  /// Starts preparing batches.
  ///
  /// - Parameters:
  ///   - samples: Usually the samples of a `Dataset`; at least one.
  ///   - start: The first batch, for resuming training.
  ///   - epochs: The total number of epochs, counted from epoch 0.
  ///   - schedule: Returns the plan of each batch. It is called once per batch, ahead of time, and
  ///     must be deterministic.
  package init(
    samples: [Sample], config: LoaderConfig, start: LoaderState = .start, epochs: Int = .max,
    schedule: @escaping BatchSchedule
  ) {
    precondition(start.epoch >= 0 && start.batch >= 0, "a batch starts at 0 or more, not \(start)")
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

  /// Images per epoch over all ranks, with the repeats of rare classes
  /// (`LoaderConfig.repeatThreshold`).
  package static func imagesPerEpoch(_ samples: [Sample], repeatThreshold: Double) -> Int {
    RepeatFactors(samples, threshold: repeatThreshold).epochCount
  }

  /// Waits for the next batch; nil after the last epoch.
  ///
  /// - Throws: `DatasetsError` if none of the samples can be decoded; with a strict configuration,
  ///   if one of this batch's samples cannot.
  package func next() throws(DatasetsError) -> Batch? { try queue.next() }
}

/// Random access to the training images of an epoch, for inspection.
///
/// They are identical to those of a `Loader` with the same samples, configuration and schedule.
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
  /// - Throws: `DatasetsError` if none of the samples can be decoded.
  package func image(epoch: Int, place: Int) throws(DatasetsError) -> TrainingSample {
    precondition((0..<count).contains(place), "there is no image \(place) of \(count)")
    let sampler = builder.sampler(epoch: epoch)
    let state = LoaderState(epoch: epoch, batch: sampler.batch(ofPlace: place))
    return try builder.build(sampler, place: place, plan: schedule(state))
  }
}
