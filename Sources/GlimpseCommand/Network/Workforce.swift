import Glimpse

/// The threads and kernels that a command computes with.
struct Workforce: Sendable {
  let pool: ThreadPool
  let kernels: Kernels

  /// Starts the threads.
  ///
  /// - Parameter threads: nil for all that the process may use.
  /// - Throws: `EngineError` where `GLIMPSE_ISA` asks for instructions that cannot run here.
  init(threads: Int?) throws(EngineError) {
    kernels = try Kernels(InstructionSet.chosen())
    pool = ThreadPool(threads: threads ?? Machine.availableThreads)
  }
}
