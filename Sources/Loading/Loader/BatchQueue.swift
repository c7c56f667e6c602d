import Datasets
import Foundation
import Imaging

/// The batches in preparation, shared by a loader and its workers.
///
/// Workers take one image at a time, in the order of use; a batch is returned when its last image
/// is done. At most `prefetch + 1` batches exist at once.
// Sendable is safe: all mutable state is guarded by the condition.
final class BatchQueue: @unchecked Sendable {
  /// A batch in preparation.
  private final class Slot {
    let state: LoaderState
    let plan: BatchPlan
    let sampler: EpochSampler
    let places: Range<Int>
    /// Images taken by workers.
    var taken = 0
    var results: [Result<TrainingSample, DatasetsError>?]
    /// Images finished by workers.
    var done = 0

    init(state: LoaderState, plan: BatchPlan, sampler: EpochSampler) {
      self.state = state
      self.plan = plan
      self.sampler = sampler
      places = sampler.places(ofBatch: state.batch)
      results = Array(repeating: nil, count: places.count)
    }
  }

  private let builder: SampleBuilder
  private let schedule: BatchSchedule
  private let epochs: Int
  private let condition = NSCondition()
  // Guarded by the condition:
  private var slots: [Slot] = []
  private var nextState: LoaderState
  private var sampler: EpochSampler?
  private var isStopped = false

  init(
    _ builder: SampleBuilder, start: LoaderState, epochs: Int, schedule: @escaping BatchSchedule
  ) {
    self.builder = builder
    self.schedule = schedule
    self.epochs = epochs
    nextState = start.batch < builder.batchesPerEpoch ? start : start.nextEpoch
  }

  /// Waits for the oldest batch and removes it; nil after the last epoch. Of several callers, each
  /// gets batches of its own.
  func next() throws(DatasetsError) -> Batch? {
    condition.lock()
    defer { condition.unlock() }
    while true {
      openSlots()
      // Another caller may have removed the batch that was the oldest before the wait.
      guard let slot = slots.first else { return nil }
      if slot.done == slot.places.count {
        slots.removeFirst()
        openSlots()
        return try batch(slot)
      }
      condition.wait()
    }
  }

  /// Stops the workers.
  func stop() {
    condition.lock()
    isStopped = true
    condition.broadcast()
    condition.unlock()
  }

  /// Runs a worker, which prepares images until the queue is stopped.
  func work() {
    while let (slot, number) = take() {
      let result = Result { () throws(DatasetsError) in
        try builder.build(
          slot.sampler, place: slot.places.lowerBound + number, plan: slot.plan)
      }
      condition.lock()
      slot.results[number] = result
      slot.done += 1
      if slot.done == slot.places.count { condition.broadcast() }
      condition.unlock()
    }
  }

  /// Waits for an image that no worker has taken; nil if the queue is stopped.
  private func take() -> (Slot, Int)? {
    condition.lock()
    defer { condition.unlock() }
    while !isStopped {
      openSlots()
      if let slot = slots.first(where: { $0.taken < $0.places.count }) {
        slot.taken += 1
        return (slot, slot.taken - 1)
      }
      condition.wait()
    }
    return nil
  }

  /// Opens batches up to the limit; the caller holds the lock.
  private func openSlots() {
    while slots.count <= builder.config.prefetch, nextState.epoch < epochs, !isStopped {
      let sampler = sampler ?? builder.sampler(epoch: nextState.epoch)
      slots.append(Slot(state: nextState, plan: schedule(nextState), sampler: sampler))
      nextState.batch += 1
      self.sampler = sampler
      if nextState.batch >= builder.batchesPerEpoch {
        nextState = nextState.nextEpoch
        self.sampler = nil
      }
      condition.broadcast()
    }
  }

  private func batch(_ slot: Slot) throws(DatasetsError) -> Batch {
    var samples: [TrainingSample] = []
    for case let result? in slot.results { samples.append(try result.get()) }
    // Only issues of this batch count, so that all runs end at the same one.
    let issues = samples.flatMap(\.issues)
    if builder.config.isStrict, let issue = issues.first(where: { $0.kind.severity == .error }) {
      throw DatasetsError(
        "\(issue.file) cannot be read, and no image may be left out: \(issue.message)")
    }
    let masks = samples.compactMap(\.mask)
    return Batch(
      epoch: slot.state.epoch, index: slot.state.batch, images: samples.map(\.image),
      annotations: samples.map(\.annotations), ignoredRegions: samples.map(\.ignoredRegions),
      masks: masks.isEmpty ? nil : ClassMasks(masks), pixelWeights: weights(of: samples),
      sampleIndices: samples.map(\.sampleIndex), issues: issues,
      normalization: builder.config.batchNormalization)
  }

  private func weights(of samples: [TrainingSample]) -> PixelWeights? {
    let weights = samples.compactMap(\.weights)
    guard weights.count == samples.count, let image = samples.first?.image else { return nil }
    return PixelWeights(weights, height: image.height, width: image.width)
  }
}
