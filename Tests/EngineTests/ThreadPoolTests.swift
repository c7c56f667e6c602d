import Basics
import Synchronization
import Testing

@testable import Engine

@Suite struct ThreadPoolTests {
  /// Each task runs once, whatever the numbers of tasks and threads, region after region.
  @Test(arguments: [1, 2, 3, 7])
  func everyTaskRunsOnce(threads: Int) {
    let pool = ThreadPool(threads: threads)
    for count in [0, 1, 2, 3, 5, 8, 100, 1000, 1, 64] {
      let runs = pool.map(count) { index in index * index }
      #expect(runs == (0..<count).map { $0 * $0 })
      let sum = Atomic<Int>(0)
      pool.run(count) { index in sum.wrappingAdd(index + 1, ordering: .relaxed) }
      // 1 + 2 + ... + n = n (n + 1) / 2: a task that ran twice or never would show.
      #expect(sum.load(ordering: .relaxed) == count * (count + 1) / 2)
    }
  }

  /// One thread's long task leaves its other tasks to the others.
  @Test func tasksOfABusyThreadAreTaken() {
    let pool = ThreadPool(threads: 2)
    let others = Atomic<Int>(0)
    pool.run(8) { index in
      if index == 0 {
        // Ends only when all others have run: the caller's own three among them.
        while others.load(ordering: .acquiring) < 7 {}
      } else {
        others.wrappingAdd(1, ordering: .releasing)
      }
    }
    #expect(others.load(ordering: .relaxed) == 7)
  }

  /// Tasks that run at once never share a workspace: each fills its own and finds it as it left it.
  @Test func workspacesAreApart() {
    let (pool, count) = (ThreadPool(threads: 3), 4096)
    pool.reserveWorkspace(count)
    let wrong = Atomic<Int>(0)
    let fill = ParallelLoop(300) { index, workspace in
      let mine = UnsafeMutableBufferPointer(start: workspace, count: count)
      mine.update(repeating: Float(index))
      if mine.contains(where: { $0 != Float(index) }) { wrong.wrappingAdd(1, ordering: .relaxed) }
    }
    pool.run(fill)
    #expect(wrong.load(ordering: .relaxed) == 0)
  }

  /// A loop inside a task of the same pool would overwrite the loop that runs: the process ends.
  @Test func nestedRunsAreRefused() async {
    await #expect(processExitsWith: .failure) {
      let pool = ThreadPool(threads: 2)
      pool.run(2) { _ in pool.run(2) { _ in } }
    }
  }
}
