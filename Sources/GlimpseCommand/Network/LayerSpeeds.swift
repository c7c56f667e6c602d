import Glimpse

/// How long each layer of a network takes, and how near it comes to what the machine can do.
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
    /// Operations a second.
    var speed: Double { cost.operations / milliseconds * 1000 }
  }

  let layers: [Layer]
  /// Multiplications and additions a second that the threads can do at most.
  let peak: Double

  /// Runs `step`, which walks the session, again and again with a clock around each node.
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
  /// For people, with the sums in the last row.
  var text: String {
    var table = TextTable([
      .init("layer", .left), .init("kind", .left), .init("output", .left), .init("ms"),
      .init("% of time"), .init("GFLOP/s"), .init("% of peak"), .init("MB"), .init("GB/s"),
    ])
    let total = layers.reduce(0) { $0 + $1.milliseconds }
    func add(
      _ name: String, _ kind: String, _ output: String, _ milliseconds: Double, _ cost: NodeCost
    ) {
      let speed = cost.operations / milliseconds * 1000
      table.add(
        name, kind, output, NumberFormat.fixed(milliseconds, 3),
        NumberFormat.fixed(100 * milliseconds / total, 1),
        cost.operations > 0 ? NumberFormat.decimal(speed / 1e9) : "",
        cost.operations > 0 ? NumberFormat.fixed(100 * speed / peak, 1) : "",
        NumberFormat.fixed(Double(cost.bytes) / 1e6, 2),
        NumberFormat.decimal(Double(cost.bytes) / milliseconds / 1e6))
    }
    var sum = NodeCost()
    for layer in layers {
      let size = "\(layer.output.h) x \(layer.output.w) x \(layer.output.c)"
      add(layer.name, layer.kind, size, layer.milliseconds, layer.cost)
      sum.operations += layer.cost.operations
      sum.bytes += layer.cost.bytes
    }
    add("all layers", "", "", total, sum)
    return table.text
  }

  /// For scripts: shapes as height, width, channels.
  var json: JSONValue {
    .array(
      layers.map { layer in
        [
          "name": .string(layer.name), "kind": .string(layer.kind),
          "output": [
            .integer(layer.output.h), .integer(layer.output.w), .integer(layer.output.c),
          ],
          "median_ms": .number(layer.milliseconds),
          "forward_ms": .number(layer.forwardMilliseconds),
          "backward_ms": .number(layer.backwardMilliseconds),
          "gflop": .number(layer.cost.operations / 1e9), "gflops": .number(layer.speed / 1e9),
          "peak_share": .number(layer.speed / peak), "mb": .number(Double(layer.cost.bytes) / 1e6),
        ]
      })
  }
}
