/// A graph prepared for one input shape: the plan of each op, lifetimes, positions in memory,
/// directions of gradients.
///
/// Time runs 0 ..< N through the nodes forward, N for the loss, and N+1 ... 2N backward through
/// the nodes in reverse.
package struct Plan {
  /// The position of a tensor: the floats of the arena from `offset`, there the values from `channel`,
  /// pixels `stride` values apart.
  struct Location: Hashable {
    var offset: Int
    var channel: Int
    var stride: Int
  }

  /// What one node does with one input's gradient.
  enum GradientUse {
    case none
    case write
    case add
  }

  /// One node's plan and the offsets of its private memory.
  struct NodePlan {
    let op: OpPlan
    var state = 0
    var scratch = 0
    var backwardScratch = 0
    var prepared = 0
    var gradientUses: [GradientUse] = []
    let runsBackward: Bool
  }

  /// The network, with casts at its ends where it does not compute in `f32`.
  package let graph: Graph
  /// Forward only, or both.
  package let mode: PlanMode
  package let kernels: Kernels
  let precisions: [Precision]
  /// The shape of each value of the graph at this input shape.
  package let shapes: [Shape]
  let activations: [Location]
  let gradients: [Location?]
  let nodes: [NodePlan]
  /// Floats of the arena: activations, gradients, states and scratch memory together.
  package let arenaCount: Int
  /// Floats of prepared parameters that are kept; in training the arena holds them, one by one.
  package let preparedCount: Int
  /// Floats of scratch memory for each thread.
  package let workspaceCount: Int
  /// Floats of the zeros that all nodes read.
  let zeroCount: Int

  /// What activations and weights are stored as between the graph's ends.
  package var precision: Precision { kernels.precision }

  /// Plans a graph for given input shapes; throws where an op cannot take them.
  package init(
    _ graph: Graph, inputShapes: [Shape], mode: PlanMode, kernels: Kernels
  ) throws(EngineError) {
    let (graph, precisions) =
      kernels.precision == .bf16
      ? graph.inBFloat16(mode) : (graph, [Precision](repeating: .f32, count: graph.shapes.count))
    self.graph = graph
    self.mode = mode
    self.kernels = kernels
    self.precisions = precisions
    shapes = try graph.inferredShapes(inputs: inputShapes)
    var planner = ArenaPlanner()
    var flow = GradientFlow(graph: graph, mode: mode)
    let slices = ConcatSlices(graph: graph, shapes: shapes)

    // The memory that each value takes, in floats of the arena.
    let floats = zip(shapes, precisions).map { ($0.count * $1.byteCount + 3) / 4 }
    let activationItems = slices.activations.plan(
      flow.activationLifetimes(), floats: floats, into: &planner)
    let gradientItems = slices.gradients.plan(
      flow.gradientLifetimes(), floats: floats, into: &planner)

    let plans = graph.nodes.map { [shapes] node in
      node.op.plan(
        PlanContext(
          inputs: node.inputs.map { shapes[$0] }, output: shapes[node.output], kernels: kernels,
          isTraining: mode.isTraining))
    }
    workspaceCount = plans.map(\.workspaceCount).max() ?? 0
    zeroCount = plans.map(\.zeroCount).max() ?? 0

    var nodes: [NodePlan] = []
    var items: [[Int]] = []
    var prepared = 0
    let last = graph.nodes.count
    for (time, op) in plans.enumerated() {
      let runsBackward = flow.runsBackward[time]
      let backward = 2 * last - time
      // In training, packed parameters are used up at once; in inference they are kept.
      items.append([
        planner.add(
          count: mode.isTraining ? op.stateCount : 0,
          lifetime: time...(runsBackward ? backward : time)),
        planner.add(count: op.scratchCount, lifetime: time...time),
        planner.add(
          count: runsBackward ? op.backwardScratchCount : 0, lifetime: backward...backward),
        planner.add(count: mode.isTraining ? op.preparedCount : 0, lifetime: time...time),
      ])
      nodes.append(NodePlan(op: op, prepared: prepared, runsBackward: runsBackward))
      if !mode.isTraining { prepared += AlignedBuffer.aligned(op.preparedCount) }
    }
    for time in graph.nodes.indices.reversed() where nodes[time].runsBackward {
      nodes[time].gradientUses = flow.claimGradients(of: graph.nodes[time])
    }

    let (offsets, total) = planner.plan()
    for (index, item) in items.enumerated() {
      nodes[index].state = offsets[item[0]]
      nodes[index].scratch = offsets[item[1]]
      nodes[index].backwardScratch = offsets[item[2]]
      if mode.isTraining { nodes[index].prepared = offsets[item[3]] }
    }
    self.nodes = nodes
    activations = slices.activations.locations(
      items: activationItems, offsets: offsets, shapes: shapes
    ).map { $0 ?? Location(offset: 0, channel: 0, stride: 0) }
    gradients = slices.gradients.locations(
      items: gradientItems, offsets: offsets, shapes: shapes)
    arenaCount = total
    preparedCount = prepared
  }
}

extension Plan {
  /// Bytes that a session takes besides the network's parameters and their gradients: the arena,
  /// packed parameters, and the workspaces of its threads.
  package func byteCount(threads: Int) -> Int {
    (arenaCount + preparedCount + workspaceCount * threads) * MemoryLayout<Float>.size
  }
}

extension ParameterLayout {
  /// Bytes of one block.
  package var byteCount: Int { count * MemoryLayout<Float>.size }
}
