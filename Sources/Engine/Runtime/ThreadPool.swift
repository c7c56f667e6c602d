import CGlimpseKernels
import Foundation
import Synchronization

/// Threads that run the numbered tasks of one region at a time.
///
/// Each thread begins with its part of the tasks and then takes what others have left, so results
/// must not depend on which thread runs which; the caller works too and returns when all tasks are done. Workers spin briefly between regions and
/// then sleep. A worker that sleeps through a region is not waited for.
package final class ThreadPool: Sendable {
  /// Threads that work on a region, the caller included.
  package let threads: Int
  private let shared: Shared
  private let workspaces: Workspaces

  /// Starts `threads - 1` workers.
  package init(threads: Int) {
    precondition(threads >= 1, "a pool needs at least one thread")
    self.threads = threads
    shared = Shared(threads: threads)
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
  package func run(_ count: Int, _ body: (Int) -> Void) {
    runAsWorkers(count) { index, _ in body(index) }
  }

  /// The same, with memory of the running thread's own: as many floats as were reserved, undefined.
  package func run(_ count: Int, _ body: (Int, _ workspace: UnsafeMutablePointer<Float>) -> Void) {
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
  package func reserveWorkspace(_ count: Int) { workspaces.reserve(count) }
}

/// Scratch memory of each thread. Changed only between regions, by the thread that starts them.
private final class Workspaces: @unchecked Sendable {
  private var memory: [AlignedBuffer]
  private var count = 0

  init(threads: Int) {
    memory = (0..<threads).map { _ in AlignedBuffer(count: 0) }
  }

  func reserve(_ count: Int) {
    guard count > self.count else { return }
    self.count = count
    for worker in memory.indices { memory[worker] = AlignedBuffer(count: count) }
  }

  subscript(worker: Int) -> UnsafeMutablePointer<Float> { memory[worker].base }
}

extension ThreadPool {
  /// The results of `body(0) ... body(count - 1)`, in that order.
  package func map<Result>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
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

/// The tasks of a region that one thread begins with: its part of them, so that what it wrote in one
/// region it mostly reads in the next, and nobody waits for a cache line that others write.
///
/// `ticket` holds the region's number in its upper half and the next task in its lower half, so
/// that one compare-and-swap claims a task only while its region is still the current one.
private final class Lane: Sendable {
  let ticket = Atomic<UInt64>(0)
  /// The task behind the last of this part.
  let end = Atomic<Int>(0)
  /// Tasks of any part that the thread of this one has ended.
  let done = Atomic<Int>(0)
  /// Keeps the next object out of these cache lines.
  private let padding: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) =
    (0, 0, 0, 0, 0, 0, 0, 0)
  private let morePadding: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) =
    (0, 0, 0, 0, 0, 0, 0, 0)

  var region: UInt64 { ticket.load(ordering: .sequentiallyConsistent) >> 32 }

  /// No task can be claimed until the region is opened.
  func close(region: UInt64) {
    ticket.store(region << 32 | 0xFFFF_FFFF, ordering: .sequentiallyConsistent)
  }

  func open(region: UInt64, first: Int) {
    ticket.store(region << 32 | UInt64(first), ordering: .sequentiallyConsistent)
  }
}

/// What the caller and the workers share; a claimed task keeps the caller from leaving the region, and
/// so keeps `job` alive.
private final class Shared: @unchecked Sendable {
  private let lanes: [Lane]
  private let job = Atomic<UInt>(0)
  private let sleepers = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  private let condition = NSCondition()
  private static let spins = 20_000

  init(threads: Int) {
    lanes = (0..<threads).map { _ in Lane() }
  }

  func run(_ tasks: Int, _ job: Job) {
    let region = lanes[0].region &+ 1
    // A late worker may still look at the old region: close it before its job changes.
    for lane in lanes { lane.close(region: region) }
    withExtendedLifetime(job) {
      self.job.store(
        UInt(bitPattern: Unmanaged.passUnretained(job).toOpaque()), ordering: .relaxed)
      for (index, lane) in lanes.enumerated() {
        lane.end.store(tasks * (index + 1) / lanes.count, ordering: .relaxed)
        lane.done.store(0, ordering: .relaxed)
      }
      for (index, lane) in lanes.enumerated() {
        lane.open(region: region &+ 1, first: tasks * index / lanes.count)
      }
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        condition.lock()
        condition.broadcast()
        condition.unlock()
      }
      takeTasks(as: 0)
      var waited = 0
      while ended < tasks {
        waited += 1
        if waited < Self.spins { gk_pause() } else { sched_yield() }
      }
    }
  }

  private var ended: Int {
    var sum = 0
    for lane in lanes { sum += lane.done.load(ordering: .acquiring) }
    return sum
  }

  /// Runs the tasks of the worker's own part, then what the others have left.
  private func takeTasks(as worker: Int) {
    for offset in lanes.indices {
      takeTasks(of: lanes[(worker + offset) % lanes.count], as: worker)
    }
  }

  private func takeTasks(of lane: Lane, as worker: Int) {
    while true {
      let seen = lane.ticket.load(ordering: .acquiring)
      let index = Int(seen & 0xFFFF_FFFF)
      guard index < lane.end.load(ordering: .relaxed) else { return }
      let address = job.load(ordering: .relaxed)
      let claimed = lane.ticket.compareExchange(
        expected: seen, desired: seen &+ 1, ordering: .acquiringAndReleasing)
      guard claimed.exchanged, let pointer = UnsafeRawPointer(bitPattern: address) else { continue }
      Unmanaged<Job>.fromOpaque(pointer).takeUnretainedValue().body(index, worker)
      lanes[worker].done.wrappingAdd(1, ordering: .releasing)
    }
  }

  func work(_ worker: Int) {
    let lane = lanes[worker]
    var last: UInt64 = .max
    while !stopping.load(ordering: .acquiring) {
      var spins = 0
      while lane.region == last, spins < Self.spins {
        gk_pause()
        spins += 1
      }
      if lane.region == last { sleep(lane, past: last) }
      last = lane.region
      takeTasks(as: worker)
    }
  }

  private func sleep(_ lane: Lane, past region: UInt64) {
    condition.lock()
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    while lane.region == region, !stopping.load(ordering: .sequentiallyConsistent) {
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
