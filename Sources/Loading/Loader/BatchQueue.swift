import Datasets
import Engine
import Foundation
import Imaging

/// The batches that are being made, shared by a loader and its workers.
///
/// Workers take one image at a time, in the order in which the images are wanted; a batch is
/// handed out when its last image is done. At most `prefetch + 1` batches exist at once.
final class BatchQueue: @unchecked Sendable {
  /// A batch that is being made; its variables are guarded by the condition.
  private final class Slot {
    let position: LoaderState
    let plan: BatchPlan
    let order: EpochSampler
    let places: Range<Int>
    /// Images handed to workers.
    var taken = 0
    var results: [Result<SampleBuilder.Result, DatasetsError>?]
    /// Images that workers are done with.
    var done = 0

    init(position: LoaderState, plan: BatchPlan, order: EpochSampler) {
      self.position = position
      self.plan = plan
      self.order = order
      places = order.places(ofBatch: position.batch)
      results = Array(repeating: nil, count: places.count)
    }
  }

  private let maker: SampleBuilder
  private let factors: RepeatFactors
  private let schedule: @Sendable (LoaderState) -> BatchPlan
  private let epochs: Int
  private let batchCount: Int
  private let condition = NSCondition()
  // Guarded by the condition:
  private var slots: [Slot] = []
  private var nextPosition: LoaderState
  private var order: EpochSampler?
  private var isStopped = false

  init(
    maker: SampleBuilder, factors: RepeatFactors, start: LoaderState, epochs: Int,
    schedule: @escaping @Sendable (LoaderState) -> BatchPlan
  ) {
    self.maker = maker
    self.factors = factors
    self.schedule = schedule
    self.epochs = epochs
    batchCount = EpochSampler.batchCount(factors, config: maker.config)
    nextPosition = start
    if nextPosition.batch >= batchCount {
      nextPosition = LoaderState(epoch: start.epoch + 1, batch: 0)
    }
  }

  /// Waits for the oldest batch and takes it out; nil after the last epoch.
  func next() throws(DatasetsError) -> Batch? {
    condition.lock()
    defer { condition.unlock() }
    openSlots()
    guard let slot = slots.first else { return nil }
    while slot.done < slot.places.count { condition.wait() }
    slots.removeFirst()
    openSlots()
    return try batch(slot)
  }

  /// Ends the workers.
  func stop() {
    condition.lock()
    isStopped = true
    condition.broadcast()
    condition.unlock()
  }

  /// A worker's life: one image after the other until the queue is stopped.
  func work() {
    while let (slot, number) = take() {
      let result = Result { () throws(DatasetsError) in
        try maker.make(slot.order, place: slot.places.lowerBound + number, plan: slot.plan)
      }
      condition.lock()
      slot.results[number] = result
      slot.done += 1
      if slot.done == slot.places.count { condition.broadcast() }
      condition.unlock()
    }
  }

  /// Waits for an image that no worker has taken; nil when the queue is stopped.
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

  /// Begins batches until as many exist as may; the lock is held.
  private func openSlots() {
    while slots.count <= maker.config.prefetch, nextPosition.epoch < epochs, !isStopped {
      let order =
        order ?? EpochSampler(factors, config: maker.config, epoch: nextPosition.epoch)
      slots.append(Slot(position: nextPosition, plan: schedule(nextPosition), order: order))
      nextPosition.batch += 1
      self.order = order
      if nextPosition.batch >= batchCount {
        nextPosition = LoaderState(epoch: nextPosition.epoch + 1, batch: 0)
        self.order = nil
      }
      condition.broadcast()
    }
  }

  private func batch(_ slot: Slot) throws(DatasetsError) -> Batch {
    var results: [SampleBuilder.Result] = []
    for case let result? in slot.results { results.append(try result.get()) }
    // Those of this batch alone, so that all runs end at the same one.
    let issues = results.flatMap(\.issues)
    if maker.config.isStrict, let issue = issues.first {
      throw DatasetsError(
        "\(issue.file) cannot be read, and no image may be left out: \(issue.message)")
    }
    let masks = results.compactMap(\.mask)
    return Batch(
      epoch: slot.position.epoch, index: slot.position.batch, images: results.map(\.image),
      annotations: results.map(\.labels.targets), ignoredRegions: results.map(\.labels.ignored),
      masks: masks.isEmpty ? nil : ClassMasks(masks),
      sampleIndices: results.map(\.sampleIndex), issues: issues,
      normalization: maker.config.normalization)
  }
}
