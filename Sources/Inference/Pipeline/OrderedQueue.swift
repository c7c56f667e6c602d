import Foundation

/// Hands elements of a source to several threads, and returns their results in the order of the source.
///
/// At most `capacity` elements are taken and not returned yet.
final class OrderedQueue<Source, Element: Sendable>: @unchecked Sendable {
  // `turn` guards the source, which may wait for a pipe; `state` guards the rest.
  private let turn = NSLock()
  private var source: Source
  private let take: (inout Source) -> Element?
  private let capacity: Int

  private let state = NSCondition()
  private var taken = 0
  private var returned = 0
  private var finished: [Int: Element] = [:]
  private var failure: (any Error)?
  /// No more elements are taken: the source has ended, or the work was stopped.
  private var isEnded = false
  /// Whether the work was stopped before the source ended.
  private(set) var isStopped = false
  private var endedWorkers = 0

  init(
    _ source: Source, capacity: Int, take: @escaping (inout Source) -> Element?
  ) {
    (self.source, self.capacity, self.take) = (source, capacity, take)
  }

  /// Processes elements until there are no more, in parts of at most `batch`.
  func work(batch: Int, _ process: (inout [Element]) throws -> Void) {
    while var (first, part) = nextPart(batch) {
      do {
        try process(&part)
        give(part, from: first)
      } catch {
        end(after: error)
      }
      first += part.count
    }
    state.withLock {
      endedWorkers += 1
      state.broadcast()
    }
  }

  private func nextPart(_ batch: Int) -> (first: Int, part: [Element])? {
    turn.lock()
    defer { turn.unlock() }
    let isOpen = state.withLock {
      while !isEnded, taken + batch > returned + capacity { state.wait() }
      return !isEnded
    }
    guard isOpen else { return nil }
    var part: [Element] = []
    while part.count < batch, let element = take(&source) { part.append(element) }
    return state.withLock {
      let first = taken
      taken += part.count
      if part.isEmpty {
        isEnded = true
        state.broadcast()
      }
      return part.isEmpty ? nil : (first, part)
    }
  }

  private func give(_ part: [Element], from first: Int) {
    state.withLock {
      for (offset, element) in part.enumerated() { finished[first + offset] = element }
      state.broadcast()
    }
  }

  private func end(after error: any Error) {
    state.withLock {
      failure = failure ?? error
      (isEnded, isStopped) = (true, true)
      state.broadcast()
    }
  }

  /// The next results, at least one; nil after the last.
  ///
  /// - Parameter isCancelled: Called now and then; true ends the work after what is taken.
  /// - Throws: the first error of the work.
  func next(until isCancelled: () -> Bool) throws -> [Element]? {
    try state.withLock {
      while true {
        if let failure { throw failure }
        if !isEnded, isCancelled() {
          (isEnded, isStopped) = (true, true)
          state.broadcast()
        }
        if finished[returned] != nil { break }
        if isEnded, returned == taken { return nil }
        _ = state.wait(until: Date(timeIntervalSinceNow: Self.cancellationInterval))
      }
      var ready: [Element] = []
      while let element = finished.removeValue(forKey: returned) {
        ready.append(element)
        returned += 1
      }
      state.broadcast()
      return ready
    }
  }

  /// Seconds after which a cancellation is noticed.
  private static var cancellationInterval: Double { 0.05 }

  /// Ends the work, waits for the threads, and returns the source.
  func finish(workers: Int) -> Source {
    state.withLock {
      if !isEnded { (isEnded, isStopped) = (true, true) }
      state.broadcast()
      while endedWorkers < workers { state.wait() }
    }
    return source
  }
}
