import Glimpse

/// The time of each layer of a network, and its fraction of the peak throughput.
struct LayerSpeeds: Sendable {
  /// One node of the graph as it ran.
  struct Layer: Sendable {
    let name: String
    let kind: String
    let output: Shape
    let cost: NodeCost
    /// Medians over the runs.
    let forwardMilliseconds: Double
    let backwardMilliseconds: Double

    var milliseconds: Double { forwardMilliseconds + backwardMilliseconds }
    /// FLOP/s.
    var speed: Double { cost.operations / milliseconds * 1000 }
  }

  let layers: [Layer]
  /// Peak FLOP/s of the threads.
  let peak: Double

  /// Runs `step`, which runs the session, repeatedly with a clock around each node.
  init(_ session: Session, runs: Int, peak: Double, step: () throws -> Void) throws {
    let count = session.plan.graph.nodes.count
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
    func median(_ pass: Session.Pass, _ node: Int) -> Double {
      let times = times[pass]?[node] ?? []
      return times.isEmpty ? 0 : Statistics.median(times)
    }
    let plan = session.plan
    self.peak = peak
    layers = zip(plan.graph.nodes, plan.nodeCosts).enumerated().map { index, item in
      Layer(
        name: item.0.name, kind: item.0.op.kind, output: plan.shapes[item.0.output], cost: item.1,
        forwardMilliseconds: median(.forward, index), backwardMilliseconds: median(.backward, index)
      )
    }
  }
}

extension LayerSpeeds {
  /// For people with the sums in the last row; for scripts with shapes as height, width, channels.
  var table: Table {
    var table = Table([
      .words("layer", key: "name"), .words("kind"), .words("output"),
      .numbers("ms", key: "median_ms"), .hidden("forward_ms"), .hidden("backward_ms"),
      .shown("% of time"), .shown("GFLOP/s"), .shown("% of peak"), .hidden("gflop"),
      .hidden("gflops"), .hidden("peak_fraction"), .numbers("MB", key: "mb"), .shown("GB/s"),
    ])
    let total = layers.reduce(0) { $0 + $1.milliseconds }
    func row(_ layer: Layer) -> [Table.Value] {
      let hasWork = layer.cost.operations > 0
      let megabytes = Double(layer.cost.bytes) / 1e6
      return [
        .text(layer.name), .text(layer.kind),
        .extents([layer.output.h, layer.output.w, layer.output.c]),
        .number(layer.milliseconds, digits: 3), .number(layer.forwardMilliseconds, digits: 3),
        .number(layer.backwardMilliseconds, digits: 3),
        .number(100 * layer.milliseconds / total, digits: 1),
        hasWork ? .text(NumberFormat.decimal(layer.speed / 1e9)) : .blank,
        hasWork ? .number(100 * layer.speed / peak, digits: 1) : .blank,
        .number(layer.cost.operations / 1e9, digits: 3), .number(layer.speed / 1e9, digits: 1),
        .number(layer.speed / peak, digits: 3), .number(megabytes, digits: 2),
        .text(NumberFormat.decimal(megabytes / layer.milliseconds)),
      ]
    }
    var sum = NodeCost()
    for layer in layers {
      table.add(row(layer))
      sum.operations += layer.cost.operations
      sum.bytes += layer.cost.bytes
    }
    var all = row(
      Layer(
        name: "all layers", kind: "", output: Shape(n: 1, h: 1, w: 1, c: 1), cost: sum,
        forwardMilliseconds: total, backwardMilliseconds: 0))
    all[2] = .blank
    table.summarize(all)
    return table
  }
}
