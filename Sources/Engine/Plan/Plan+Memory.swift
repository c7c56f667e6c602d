import Basics

extension Plan {
  /// Memory of a session in bytes, without the parameters and their gradients: the arena, packed
  /// parameters, and thread workspaces.
  package func byteCount(threads: Int) -> Int {
    (arenaCount + preparedCount + workspaceCount * threads) * MemoryLayout<Float>.size
  }

  /// Plans a graph of one input, for a session that must fit into memory.
  ///
  /// - Parameters:
  ///   - deferredChannels: As in `init(_:inputShapes:mode:kernels:deferredChannels:)`.
  ///   - limit: The bytes that the session may use.
  /// - Throws: `EngineError` if an op does not support the shape, or with the batch size or input size
  ///   that fits if the session would need more than `limit`.
  package static func fitting(
    _ graph: Graph, input: Shape, mode: PlanMode, kernels: Kernels, threads: Int,
    deferredChannels: Int = 0, limit: Int = Machine.memoryLimit
  ) throws(EngineError) -> Plan {
    let plan = try Plan(
      graph, inputShapes: [input], mode: mode, kernels: kernels,
      deferredChannels: deferredChannels)
    let needed = plan.byteCount(threads: threads)
    if needed <= limit { return plan }
    func fits(_ shape: Shape) -> Bool {
      let plan = try? Plan(graph, inputShapes: [shape], mode: mode, kernels: kernels)
      // A tenth is left for parameters and images.
      return (plan?.byteCount(threads: threads) ?? .max) <= limit / 10 * 9
    }
    let advice =
      if let batch = MemoryAdvice.largest(below: input.n, where: { fits(input.with(n: $0)) }) {
        "a batch size of \(batch) fits"
      } else if let units = MemoryAdvice.largest(
        below: max(input.h, input.w) / 32,
        where: { fits(Shape(n: 1, h: 32 * $0, w: 32 * $0, c: input.c)) })
      {
        "a batch size of 1 with an input size of \(32 * units) fits"
      } else {
        "not even one image of 32 x 32 pixels fits"
      }
    throw EngineError(
      "too little memory: \(Sentence.count(input.n, "image")) of \(input.w) x \(input.h) pixels at once "
        + "\(input.n == 1 ? "needs" : "need") \(NumberFormat.bytes(needed)), and this process may use "
        + "\(NumberFormat.bytes(limit)); \(advice)")
  }
}

/// Finds the figure of a message about too little memory.
package enum MemoryAdvice {
  /// The largest count, from 1 and below `limit`, that fits; nil if none does. A count below one that
  /// fits must fit, too.
  package static func largest(below limit: Int, where fits: (Int) -> Bool) -> Int? {
    guard limit > 1, fits(1) else { return nil }
    var (low, high) = (1, limit)
    while high - low > 1 {
      let middle = (low + high) / 2
      if fits(middle) { low = middle } else { high = middle }
    }
    return low
  }
}
