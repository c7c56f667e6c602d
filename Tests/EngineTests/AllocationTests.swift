import AllocationCounter
import Synchronization
import TestSupport
import Testing

@testable import Engine

/// No pass of a session allocates, whatever the op, the placement and the number of threads.
@Suite(.enabled(if: gt_counts_allocations() == 1, "this C library does not let them be counted"))
struct AllocationTests {
  /// Small ones, and convolutions by Winograd's algorithm in stages and in one.
  static let cases =
    OpCase.small + [
      OpCase("conv in stages", Convolution(32, 48, kernel: 3), [2, 20, 20, 32]),
      OpCase("conv in one", Convolution(64, 128, kernel: 3), [1, 104, 104, 64]),
    ]

  @Test(arguments: cases, Placement.allCases)
  func aStepAllocatesNothing(_ test: OpCase, _ placement: Placement) throws {
    let set = try InstructionSet.chosen()
    for precision in Precision.allCases {
      guard let kernels = try? Kernels(set, precision: precision) else { continue }
      for threads in [1, 2] {
        let network = try OpNetwork(test, placement, kernels, threads: threads)
        _ = network.step()
        let count = Self.allocations(pool: network.pool) {
          network.session.forward(seed: 7)
          network.session.backward()
        }
        #expect(count == 0, "\(precision), \(threads) threads")
      }
    }
  }

  /// The counter itself: an array of its own is one allocation or more.
  @Test func allocationsAreCounted() {
    let pool = ThreadPool(threads: 2)
    let sizes = Mutex<[Int]>([])
    let count = Self.allocations(pool: pool) {
      let numbers = (0..<1000).map { $0 }
      sizes.withLock { $0.append(numbers.count) }
    }
    #expect(count > 0)
  }

  /// Allocations of all threads of a pool while `work` runs.
  static func allocations(pool: ThreadPool, _ work: () -> Void) -> Int {
    let counter = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    defer { counter.deallocate() }
    counter.initialize(to: 0)
    onEachThread(pool) { gt_count_allocations(counter) }
    let before = counter.pointee
    work()
    let after = counter.pointee
    onEachThread(pool) { gt_count_allocations(nil) }
    return after - before
  }

  /// Tasks that wait for each other run on threads of their own.
  private static func onEachThread(_ pool: ThreadPool, _ work: () -> Void) {
    let started = Atomic<Int>(0)
    pool.run(pool.threads) { _ in
      work()
      started.wrappingAdd(1, ordering: .sequentiallyConsistent)
      while started.load(ordering: .sequentiallyConsistent) < pool.threads {}
    }
  }
}
