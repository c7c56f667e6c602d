import Basics
import CGlimpseKernels
import Foundation
import Synchronization

/// A parallel loop over numbered tasks; created once and run many times without allocation.
package final class ParallelLoop {
  let count: Int
  /// Called once per task, with the uninitialized workspace of the running thread.
  let body: (_ index: Int, _ workspace: UnsafeMutablePointer<Float>) -> Void

  package init(
    _ count: Int, _ body: @escaping (_ index: Int, _ workspace: UnsafeMutablePointer<Float>) -> Void
  ) {
    self.count = count
    self.body = body
  }
}

/// A work-stealing thread pool that runs one parallel loop at a time.
///
/// Each thread first runs its own part of the tasks and then steals tasks of other threads, so
/// results must not depend on which thread runs a task. The calling thread participates and returns
/// when all tasks have ended. Workers spin briefly between loops and then sleep; the caller does
/// not wait for a worker that is still asleep.
package final class ThreadPool: ParallelExecutor {
  /// The number of threads, including the caller.
  package let threads: Int
  private let shared: Shared
  private let isRunning = Atomic<Bool>(false)

  /// Starts `threads - 1` workers.
  package init(threads: Int) {
    precondition(threads >= 1, "a pool needs at least one thread, not \(threads)")
    self.threads = threads
    shared = Shared(threads: threads)
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

  /// Runs all tasks of a loop, each once, and returns when all have ended.
  ///
  /// A concurrent call, from another thread or from inside a task, is a programming error and
  /// traps.
  package func run(_ loop: ParallelLoop) {
    exclusively {
      guard threads > 1, loop.count > 1 else {
        for index in 0..<loop.count { loop.body(index, shared.workspace(0)) }
        return
      }
      shared.run(loop)
    }
  }

  /// Runs loops one after the other.
  package func run(_ loops: [ParallelLoop]) {
    for loop in loops { run(loop) }
  }

  /// Runs `body(0) ... body(count - 1)`, each once, and returns when all have ended.
  package func run(_ count: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in run(ParallelLoop(count, body)) }
  }

  /// Grows the workspace of each thread to at least `count` floats.
  package func reserveWorkspace(_ count: Int) {
    exclusively { shared.reserveWorkspace(count) }
  }

  private func exclusively(_ work: () -> Void) {
    precondition(
      !isRunning.exchange(true, ordering: .acquiring),
      "a thread pool runs one loop at a time, and this one is running another")
    work()
    isRunning.store(false, ordering: .releasing)
  }
}

/// The tasks of one thread. The partition is fixed, so that a thread mostly reads data that it
/// wrote in the previous loop and that is still in its cache.
///
/// `ticket` holds the run number in its upper half and the next task in its lower half, so that one
/// compare-and-swap claims a task only if its run is still the current one.
private final class Lane: Sendable {
  let ticket = Atomic<UInt64>(0)
  /// The end of this thread's task range (exclusive).
  let end = Atomic<Int>(0)
  /// The number of tasks, of any lane, that this lane's thread has finished.
  let done = Atomic<Int>(0)
  /// Padding against false sharing with the next object.
  private let padding: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) =
    (0, 0, 0, 0, 0, 0, 0, 0)
  private let morePadding: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) =
    (0, 0, 0, 0, 0, 0, 0, 0)

  var run: UInt64 { ticket.load(ordering: .sequentiallyConsistent) >> 32 }

  /// Prevents tasks from being claimed until the run is opened.
  func close(run: UInt64) {
    ticket.store(run << 32 | 0xFFFF_FFFF, ordering: .sequentiallyConsistent)
  }

  func open(run: UInt64, first: Int) {
    ticket.store(run << 32 | UInt64(first), ordering: .sequentiallyConsistent)
  }
}

/// The state shared by caller and workers.
///
/// Sendable, because the pool admits one caller at a time, workers read `loop` and `workspaces`
/// only after claiming a task, and the caller returns only after all claimed tasks have ended.
private final class Shared: @unchecked Sendable {
  private let lanes: [Lane]
  private var workspaces: [AlignedBuffer]
  private let loop = Atomic<UInt>(0)
  private let sleepers = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  private let condition = NSCondition()
  private static let spins = 20_000

  init(threads: Int) {
    lanes = (0..<threads).map { _ in Lane() }
    workspaces = (0..<threads).map { _ in AlignedBuffer(count: 0) }
  }

  func reserveWorkspace(_ count: Int) {
    guard count > workspaces[0].buffer.count else { return }
    for worker in workspaces.indices { workspaces[worker] = AlignedBuffer(count: count) }
  }

  func workspace(_ worker: Int) -> UnsafeMutablePointer<Float> { workspaces[worker].base }

  func run(_ loop: ParallelLoop) {
    let number = lanes[0].run &+ 1
    let tasks = loop.count
    // A late worker may still access the previous run: close it before changing the loop.
    for lane in lanes { lane.close(run: number) }
    withExtendedLifetime(loop) {
      self.loop.store(
        UInt(bitPattern: Unmanaged.passUnretained(loop).toOpaque()), ordering: .relaxed)
      for index in lanes.indices {
        lanes[index].end.store(tasks * (index + 1) / lanes.count, ordering: .relaxed)
        lanes[index].done.store(0, ordering: .relaxed)
      }
      for index in lanes.indices {
        lanes[index].open(run: number &+ 1, first: tasks * index / lanes.count)
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

  /// Runs the tasks of the worker's own lane, then steals those of the others.
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
      let address = loop.load(ordering: .relaxed)
      let claimed = lane.ticket.compareExchange(
        expected: seen, desired: seen &+ 1, ordering: .acquiringAndReleasing)
      guard claimed.exchanged, let pointer = UnsafeRawPointer(bitPattern: address) else { continue }
      Unmanaged<ParallelLoop>.fromOpaque(pointer)._withUnsafeGuaranteedRef {
        $0.body(index, workspaces[worker].base)
      }
      lanes[worker].done.wrappingAdd(1, ordering: .releasing)
    }
  }

  func work(_ worker: Int) {
    let lane = lanes[worker]
    var last: UInt64 = .max
    while !stopping.load(ordering: .acquiring) {
      var spins = 0
      while lane.run == last, spins < Self.spins {
        gk_pause()
        spins += 1
      }
      if lane.run == last { sleep(lane, past: last) }
      last = lane.run
      takeTasks(as: worker)
    }
  }

  private func sleep(_ lane: Lane, past run: UInt64) {
    condition.lock()
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    while lane.run == run, !stopping.load(ordering: .sequentiallyConsistent) {
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
