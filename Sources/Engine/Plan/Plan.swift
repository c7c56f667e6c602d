/// A graph planned for fixed input shapes: the plan of each op, the memory location of each tensor,
/// and the use of each gradient.
///
/// Lifetimes count steps: `0..<N` for the forward passes of the N nodes, N for the loss, and
/// `N+1...2N` for the backward passes in reverse order.
package struct Plan {
  /// The location of a tensor: the offset in the arena in floats, the channel offset in values, and
  /// the distance between pixels in values.
  struct Location: Hashable {
    var offset: Int
    var channel: Int
    var stride: Int
  }

  /// How a node uses the gradient of one input.
  enum GradientUse {
    case none
    case write
    case add
  }

  /// The plan of one node and the arena offsets of its private memory.
  struct NodePlan {
    let op: OpPlan
    var state = 0
    var scratch = 0
    var backwardScratch = 0
    var prepared = 0
    /// The partial sums of the output's pending normalization.
    var sums = 0
    /// For each input, the partial sums of its pending normalization, if this node collects them.
    var inputSums: [Int?] = []
    var gradientUses: [GradientUse] = []
    let runsBackward: Bool
  }

  /// The network; a `bf16` plan has casts at its inputs and outputs.
  package let graph: Graph
  /// Inference or training.
  package let mode: PlanMode
  package let kernels: Kernels
  let precisions: [Precision]
  /// The shape of each value of the graph.
  package let shapes: [Shape]
  let activations: [Location]
  let gradients: [Location?]
  let nodes: [NodePlan]
  /// The nodes that may be computed for some rows only, in execution order.
  let deferred: [DeferredRows]
  /// The values that are stored before their batch normalization.
  let pending: Set<Int>
  /// Size of the arena in floats: activations, gradients, states and scratch memory.
  package let arenaCount: Int
  /// Size of the packed parameters of all nodes in floats; 0 in training, which packs them into the
  /// arena node by node.
  package let preparedCount: Int
  /// Scratch memory of each thread, in floats.
  package let workspaceCount: Int
  /// Size of the zero buffer shared by all nodes, in floats.
  let zeroCount: Int

  /// The number format of activations and packed weights inside the graph.
  package var precision: Precision { kernels.precision }

  /// Plans a graph for the given input shapes; throws if an op does not support them.
  ///
  /// - Parameter deferredChannels: The number of channels of each output, from the first on, that
  ///   `Session.forward(rows:)` may compute for some rows only; for inference.
  package init(
    _ graph: Graph, inputShapes: [Shape], mode: PlanMode, kernels: Kernels,
    deferredChannels: Int = 0
  ) throws(EngineError) {
    try self.init(
      graph, inputShapes: inputShapes, mode: mode, kernels: kernels,
      deferredChannels: deferredChannels, isOptimized: true)
  }

  /// - Parameter isOptimized: Whether, in training, convolutions and batch normalizations are joined
  ///   and gradients are shared; the results differ only by rounding.
  init(
    _ graph: Graph, inputShapes: [Shape], mode: PlanMode, kernels: Kernels,
    deferredChannels: Int = 0, isOptimized: Bool
  ) throws(EngineError) {
    var (graph, precisions) =
      kernels.precision == .bf16
      ? graph.inBFloat16(mode) : (graph, [Precision](repeating: .f32, count: graph.shapes.count))
    let shapes = try graph.inferredShapes(inputs: inputShapes)
    let optimizes = mode.isTraining && isOptimized
    if optimizes { graph = graph.withBandedConvolutions(shapes, kernels) }
    (graph, deferred) =
      deferredChannels > 0 ? graph.deferring(channels: deferredChannels) : (graph, [])
    self.graph = graph
    self.mode = mode
    self.kernels = kernels
    self.precisions = precisions
    self.shapes = shapes
    let pending = optimizes ? graph.pendingValues : []
    self.pending = pending
    var planner = ArenaPlanner()
    var flow = GradientFlow(graph: graph, mode: mode)
    let slices = SharedStorage(graph: graph, shapes: shapes, sharesGradients: optimizes)

    // The size of each value in the arena, in floats.
    let floats = zip(shapes, precisions).map { ($0.count * $1.byteCount + 3) / 4 }
    let lifetimes = flow.activationLifetimes(pending: pending)
    let activationItems = slices.activations.plan(lifetimes, floats: floats, into: &planner)
    let gradientItems = slices.gradients.plan(
      flow.gradientLifetimes(), floats: floats, into: &planner)

    let plans = graph.nodes.map { node in
      node.op.plan(
        PlanContext(
          inputs: node.inputs.map { shapes[$0] }, output: shapes[node.output], kernels: kernels,
          isTraining: mode.isTraining, pendingInputs: node.inputs.map(pending.contains),
          leavesPending: pending.contains(node.output)))
    }
    workspaceCount = plans.map(\.workspaceCount).max() ?? 0
    zeroCount = plans.map(\.zeroCount).max() ?? 0

    var nodes: [NodePlan] = []
    var items: [[Int]] = []
    let collectors = flow.lastGradientWriters
    var prepared = 0
    let last = graph.nodes.count
    for (time, op) in plans.enumerated() {
      let runsBackward = flow.runsBackward[time]
      let backward = 2 * last - time
      let output = graph.nodes[time].output
      // The readers of a pending value normalize it with its producer's state.
      let pendingEnd = pending.contains(output) ? lifetimes[output]?.upperBound : nil
      let stateEnd = max(runsBackward ? backward : time, pendingEnd ?? time)
      // Training uses packed parameters only in one step; inference keeps them.
      items.append([
        planner.add(
          count: mode.isTraining ? op.stateCount : 0,
          lifetime: time...stateEnd),
        planner.add(count: op.scratchCount, lifetime: time...time),
        planner.add(
          count: runsBackward ? op.backwardScratchCount : 0, lifetime: backward...backward),
        planner.add(count: mode.isTraining ? op.preparedCount : 0, lifetime: time...time),
        planner.add(
          count: runsBackward ? op.sumCount : 0,
          lifetime: 2 * last - (collectors[output] ?? time)...backward),
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
      nodes[index].sums = offsets[item[4]]
      if mode.isTraining { nodes[index].prepared = offsets[item[3]] }
    }
    let producers = Dictionary(
      uniqueKeysWithValues: graph.nodes.enumerated().map { ($1.output, $0) })
    for (index, node) in graph.nodes.enumerated() {
      nodes[index].inputSums = node.inputs.map { value in
        guard pending.contains(value), collectors[value] == index else { return nil }
        return producers[value].map { nodes[$0].sums }
      }
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

extension ParameterLayout {
  /// The size of one block in bytes.
  package var byteCount: Int { count * MemoryLayout<Float>.size }
}
