import Glimpse

/// Measures the time of each layer of a network, and its fraction of the peak throughput.
enum LayerSpeeds {
  /// Runs `step`, which must run the session, repeatedly and times each node.
  ///
  /// Times are medians over the runs, in milliseconds. The text ends with a row of sums; in JSON,
  /// shapes are height, width, channels.
  ///
  /// - Parameter peak: The peak FLOP/s of the threads.
  static func measure(
    _ session: Session, runs: Int, peak: Double, step: () throws -> Void
  ) throws -> Table {
    let plan = session.plan
    let count = plan.graph.nodes.count
    var times: [Session.Pass: [[Double]]] = [
      .forward: Array(repeating: [], count: count), .backward: Array(repeating: [], count: count),
    ]
    session.observer = { pass, node, work in
      let start = monotonicSeconds()
      work()
      times[pass]?[node].append((monotonicSeconds() - start) * 1000)
    }
    defer { session.observer = nil }
    for _ in 0..<runs { try step() }
    func medians(_ pass: Session.Pass) -> [Double] {
      (times[pass] ?? []).map { $0.isEmpty ? 0 : Statistics.median($0) }
    }
    return table(plan, forward: medians(.forward), backward: medians(.backward), peak: peak)
  }

  private static func table(
    _ plan: Plan, forward: [Double], backward: [Double], peak: Double
  ) -> Table {
    // In inference there is nothing to divide.
    func part(_ title: String, _ key: String) -> Table.Column {
      plan.mode.isTraining ? .numbers(title, key: key) : .hidden(key)
    }
    var table = Table([
      .words("layer", key: "name"), .words("kind"), .words("output"),
      .numbers("ms", key: "median_ms"), part("forward", "forward_ms"),
      part("backward", "backward_ms"),
      .shown("% of time"), .shown("GFLOP/s"), .shown("% of peak"), .hidden("gflop"),
      .hidden("gflops"), .hidden("peak_fraction"), .numbers("MB", key: "mb"), .shown("GB/s"),
    ])
    let total = (forward + backward).reduce(0, +)
    func measures(_ forward: Double, _ backward: Double, _ cost: NodeCost) -> [Table.Value] {
      let milliseconds = forward + backward
      let speed = cost.operations / milliseconds * 1000
      let megabytes = Double(cost.bytes) / 1e6
      return [
        .number(milliseconds, digits: 3), .number(forward, digits: 3),
        .number(backward, digits: 3), .number(100 * milliseconds / total, digits: 1),
        cost.operations > 0 ? .text(NumberFormat.decimal(speed / 1e9)) : .blank,
        cost.operations > 0 ? .number(100 * speed / peak, digits: 1) : .blank,
        .number(cost.operations / 1e9, digits: 3), .number(speed / 1e9, digits: 1),
        .number(speed / peak, digits: 3), .number(megabytes, digits: 2),
        .text(NumberFormat.decimal(megabytes / milliseconds)),
      ]
    }
    var sum = NodeCost()
    for (index, (node, cost)) in zip(plan.graph.nodes, plan.nodeCosts).enumerated() {
      let output = plan.shapes[node.output]
      table.add(
        [.text(node.name), .text(node.op.kind), .extents([output.h, output.w, output.c])]
          + measures(forward[index], backward[index], cost))
      sum.operations += cost.operations
      sum.bytes += cost.bytes
    }
    table.summarize(
      ["all layers", "", .blank] + measures(forward.reduce(0, +), backward.reduce(0, +), sum))
    return table
  }
}
