import Glimpse

/// The threads and kernels that a command computes with.
struct ComputeBackend {
  let pool: ThreadPool
  let kernels: Kernels

  /// Starts the threads; says on the console where the precision is not the one that was asked for.
  ///
  /// - Parameter threads: nil for all that the process may use.
  /// - Throws: `EngineError` where `GLIMPSE_ISA` asks for instructions that cannot run here.
  init(
    threads: Int?, precision: PrecisionChoice, on console: Console
  ) throws(EngineError) {
    let set = try InstructionSet.chosen()
    let resolved = precision.resolved(on: set)
    if let note = resolved.note { console.warn(note) }
    kernels = try Kernels(set, precision: resolved.precision)
    pool = ThreadPool(threads: threads ?? Machine.availableThreads)
  }
}
