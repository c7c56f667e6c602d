import CGlimpseKernels
import Foundation
import Synchronization

/// Threads that run the numbered tasks of one region at a time.
///
/// Tasks are handed out one by one, so results must not depend on which thread runs which; the
/// caller works too and returns when all tasks are done. Workers spin briefly between regions and
/// then sleep. A worker that sleeps through a region is not waited for.
public final class ThreadPool: Sendable {
  /// Threads that work on a region, the caller included.
  public let threads: Int
  private let shared: Shared

  /// Starts `threads - 1` workers.
  public init(threads: Int) {
    precondition(threads >= 1, "a pool needs at least one thread")
    self.threads = threads
    shared = Shared()
    for _ in 1..<max(threads, 1) {
      let thread = Thread { [shared] in shared.work() }
      thread.name = "glimpse worker"
      thread.stackSize = 1 << 20
      thread.start()
    }
  }

  deinit {
    shared.stop()
  }

  /// Runs `body(0) ... body(count - 1)`, each once, and returns when all have ended.
  ///
  /// `body` runs on several threads at once and must not call `run` of the same pool.
  public func run(_ count: Int, _ body: (Int) -> Void) {
    guard threads > 1, count > 1 else {
      for index in 0..<count { body(index) }
      return
    }
    withoutActuallyEscaping(body) { escaping in
      shared.run(count, Job(body: escaping))
    }
  }
}

extension ThreadPool {
  /// The results of `body(0) ... body(count - 1)`, in that order.
  public func map<Result>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
    [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
      let target = buffer.baseAddress
      run(count) { index in
        if let target { (target + index).initialize(to: body(index)) }
      }
      initialized = count
    }
  }
}

/// A region's code; a class so that one word can point to it.
private final class Job {
  let body: (Int) -> Void
  init(body: @escaping (Int) -> Void) { self.body = body }
}

/// What the caller and the workers share.
///
/// `ticket` holds the region's number in its upper half and the next task in its lower half, so
/// that one compare-and-swap claims a task only while its region is still the current one; a claimed
/// task keeps the caller from leaving the region, and so keeps `job` alive.
private final class Shared: @unchecked Sendable {
  private let ticket = Atomic<UInt64>(0)
  private let count = Atomic<Int>(0)
  private let done = Atomic<Int>(0)
  private let job = Atomic<UInt>(0)
  private let sleepers = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  private let condition = NSCondition()
  private static let spins = 20_000

  func run(_ tasks: Int, _ job: Job) {
    let region = (ticket.load(ordering: .relaxed) >> 32) &+ 1
    // A late worker may still look at the old region: close it before its job changes.
    ticket.store(region << 32 | 0xFFFF_FFFF, ordering: .sequentiallyConsistent)
    withExtendedLifetime(job) {
      self.job.store(
        UInt(bitPattern: Unmanaged.passUnretained(job).toOpaque()), ordering: .relaxed)
      count.store(tasks, ordering: .relaxed)
      done.store(0, ordering: .relaxed)
      ticket.store((region &+ 1) << 32, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        condition.lock()
        condition.broadcast()
        condition.unlock()
      }
      takeTasks()
      var waited = 0
      while done.load(ordering: .acquiring) < tasks {
        waited += 1
        if waited < Self.spins { gk_pause() } else { sched_yield() }
      }
    }
  }

  /// Runs tasks of the current region until none is left.
  private func takeTasks() {
    while true {
      let seen = ticket.load(ordering: .acquiring)
      let index = Int(seen & 0xFFFF_FFFF)
      guard index < count.load(ordering: .relaxed) else { return }
      let address = job.load(ordering: .relaxed)
      let claimed = ticket.compareExchange(
        expected: seen, desired: seen &+ 1, ordering: .acquiringAndReleasing)
      guard claimed.exchanged, let pointer = UnsafeRawPointer(bitPattern: address) else { continue }
      Unmanaged<Job>.fromOpaque(pointer).takeUnretainedValue().body(index)
      done.wrappingAdd(1, ordering: .releasing)
    }
  }

  func work() {
    var last: UInt64 = .max
    while !stopping.load(ordering: .acquiring) {
      var spins = 0
      while ticket.load(ordering: .acquiring) >> 32 == last, spins < Self.spins {
        gk_pause()
        spins += 1
      }
      if ticket.load(ordering: .acquiring) >> 32 == last { sleep(past: last) }
      last = ticket.load(ordering: .acquiring) >> 32
      takeTasks()
    }
  }

  private func sleep(past region: UInt64) {
    condition.lock()
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    while ticket.load(ordering: .sequentiallyConsistent) >> 32 == region,
      !stopping.load(ordering: .sequentiallyConsistent)
    {
      condition.wait()
    }
    sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    condition.unlock()
  }

  func stop() {
    condition.lock()
    stopping.store(true, ordering: .sequentiallyConsistent)
    condition.broadcast()
    condition.unlock()
  }
}
