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
  private let workspaces: Workspaces

  /// Starts `threads - 1` workers.
  public init(threads: Int) {
    precondition(threads >= 1, "a pool needs at least one thread")
    self.threads = threads
    shared = Shared()
    workspaces = Workspaces(threads: threads)
    for worker in 1..<max(threads, 1) {
      let thread = Thread { [shared] in shared.work(worker) }
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
    runAsWorkers(count) { index, _ in body(index) }
  }

  /// The same, with memory of the running thread's own: as many floats as were reserved, undefined.
  public func run(_ count: Int, _ body: (Int, _ workspace: UnsafeMutablePointer<Float>) -> Void) {
    runAsWorkers(count) { index, worker in body(index, workspaces[worker]) }
  }

  private func runAsWorkers(_ count: Int, _ body: (Int, Int) -> Void) {
    guard threads > 1, count > 1 else {
      for index in 0..<count { body(index, 0) }
      return
    }
    withoutActuallyEscaping(body) { escaping in
      shared.run(count, Job(body: escaping))
    }
  }

  /// Makes room for that many floats in each thread's workspace; not to be called during a region.
  public func reserveWorkspace(_ count: Int) { workspaces.reserve(count) }
}

/// Scratch memory of each thread. Changed only between regions, by the thread that starts them.
private final class Workspaces: @unchecked Sendable {
  private var memory: [AlignedMemory]
  private var count = 0

  init(threads: Int) {
    memory = (0..<threads).map { _ in AlignedMemory(count: 0) }
  }

  func reserve(_ count: Int) {
    guard count > self.count else { return }
    self.count = count
    for worker in memory.indices { memory[worker] = AlignedMemory(count: count) }
  }

  subscript(worker: Int) -> UnsafeMutablePointer<Float> { memory[worker].base }
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
  let body: (_ index: Int, _ worker: Int) -> Void
  init(body: @escaping (Int, Int) -> Void) { self.body = body }
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
      takeTasks(as: 0)
      var waited = 0
      while done.load(ordering: .acquiring) < tasks {
        waited += 1
        if waited < Self.spins { gk_pause() } else { sched_yield() }
      }
    }
  }

  /// Runs tasks of the current region until none is left.
  private func takeTasks(as worker: Int) {
    while true {
      let seen = ticket.load(ordering: .acquiring)
      let index = Int(seen & 0xFFFF_FFFF)
      guard index < count.load(ordering: .relaxed) else { return }
      let address = job.load(ordering: .relaxed)
      let claimed = ticket.compareExchange(
        expected: seen, desired: seen &+ 1, ordering: .acquiringAndReleasing)
      guard claimed.exchanged, let pointer = UnsafeRawPointer(bitPattern: address) else { continue }
      Unmanaged<Job>.fromOpaque(pointer).takeUnretainedValue().body(index, worker)
      done.wrappingAdd(1, ordering: .releasing)
    }
  }

  func work(_ worker: Int) {
    var last: UInt64 = .max
    while !stopping.load(ordering: .acquiring) {
      var spins = 0
      while ticket.load(ordering: .acquiring) >> 32 == last, spins < Self.spins {
        gk_pause()
        spins += 1
      }
      if ticket.load(ordering: .acquiring) >> 32 == last { sleep(past: last) }
      last = ticket.load(ordering: .acquiring) >> 32
      takeTasks(as: worker)
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
