/// What a session will be used for.
package enum PlanMode: Hashable, Sendable {
  /// Forward only; memory is reused as soon as a value has been read.
  case inference
  /// Forward and backward; `inputGradients` also gives the gradients of the graph's inputs.
  case training(inputGradients: Bool = false)

  /// True for forward and backward.
  package var isTraining: Bool { self != .inference }
}

/// A graph made ready for one input shape: lifetimes, places in memory, directions of gradients.
///
/// Time runs 0 ..< N through the nodes forward, N for the loss, and N+1 ... 2N backward through
/// the nodes in reverse.
package struct Plan: Sendable {
  /// A tensor's place: the floats of the arena from `offset`, there the values from `channel`,
  /// pixels `stride` values apart.
  struct Place: Hashable, Sendable {
    var offset: Int
    var channel: Int
    var stride: Int
  }

  /// What one node does with one input's gradient.
  enum GradientUse: Hashable, Sendable {
    case none
    case write
    case add
  }

  /// The places of one node's private memory.
  struct NodePlaces: Hashable, Sendable {
    var state = 0
    var scratch = 0
    var backwardScratch = 0
    var prepared = 0
    var gradientUses: [GradientUse] = []
    var runsBackward = false
  }

  /// The planner's numbers for one node's private memory.
  private struct NodeItems {
    let state, scratch, backwardScratch, prepared: Int
  }

  /// The network, with casts at its ends where it does not compute in `f32`.
  package let graph: Graph
  /// Forward only, or both.
  package let mode: PlanMode
  /// What activations and weights are stored as between the graph's ends.
  package let precision: Precision
  let precisions: [Precision]
  /// The shape of each value of the graph at this input shape.
  package let shapes: [Shape]
  let activations: [Place]
  let gradients: [Place?]
  let nodes: [NodePlaces]
  /// Floats of the arena: activations, gradients, states and scratch memory together.
  package let arenaCount: Int
  /// Floats of prepared parameters that are kept; in training the arena holds them, one by one.
  package let preparedCount: Int
  /// Floats of scratch memory for each thread.
  package let workspaceCount: Int

  /// Plans a graph for given input shapes; throws where an op cannot take them.
  package init(
    _ graph: Graph, inputShapes: [Shape], mode: PlanMode, precision: Precision = .f32
  ) throws(EngineError) {
    let (graph, precisions) =
      precision == .bf16
      ? graph.inBFloat16(mode) : (graph, [Precision](repeating: .f32, count: graph.shapes.count))
    self.graph = graph
    self.mode = mode
    self.precision = precision
    self.precisions = precisions
    shapes = try graph.inferredShapes(inputs: inputShapes)
    var planner = ArenaPlanner()
    var flow = GradientFlow(graph: graph, mode: mode)
    let slices = Slices(graph: graph, shapes: shapes)
    let last = graph.nodes.count

    var lifetimes = [ClosedRange<Int>?](repeating: nil, count: shapes.count)
    func extend(_ value: Int, to time: Int) {
      lifetimes[value] =
        lifetimes[value].map { min($0.lowerBound, time)...max($0.upperBound, time) }
        ?? time...time
    }
    for value in graph.inputs { extend(value, to: 0) }
    for value in graph.outputs { extend(value, to: last) }
    for (time, node) in graph.nodes.enumerated() {
      extend(node.output, to: time)
      for value in node.inputs { extend(value, to: time) }
      guard flow.runsBackward[time] else { continue }
      let backward = 2 * last - time
      if node.op.backwardReads.contains(.inputs) {
        for value in node.inputs { extend(value, to: backward) }
      }
      if node.op.backwardReads.contains(.output) { extend(node.output, to: backward) }
    }

    // The memory that each value takes, in floats of the arena.
    let floats = zip(shapes, precisions).map { ($0.count * $1.byteCount + 3) / 4 }
    let activationItems = slices.plan(
      lifetimes: lifetimes, floats: floats, root: slices.activationRoot, into: &planner)
    let gradientItems = slices.plan(
      lifetimes: flow.gradientLifetimes(), floats: floats, root: slices.gradientRoot,
      into: &planner)

    var prepared = 0
    var workspace = 0
    var places: [NodePlaces] = []
    var items: [NodeItems] = []
    for (time, node) in graph.nodes.enumerated() {
      let (inputs, output) = (node.inputs.map { [shapes] in shapes[$0] }, shapes[node.output])
      var place = NodePlaces()
      place.runsBackward = flow.runsBackward[time]
      let backward = 2 * last - time
      let kept = mode.isTraining ? node.op.stateCount(inputs, output) : 0
      let backwardScratch =
        place.runsBackward ? node.op.backwardScratchCount(inputs, output) : 0
      let preparedCount = node.op.preparedCount(inputs, output)
      items.append(
        NodeItems(
          state: planner.add(count: kept, lifetime: time...(place.runsBackward ? backward : time)),
          scratch: planner.add(
            count: node.op.forwardScratchCount(inputs, output), lifetime: time...time),
          backwardScratch: planner.add(count: backwardScratch, lifetime: backward...backward),
          prepared: planner.add(
            count: mode.isTraining ? preparedCount : 0, lifetime: time...time)))
      place.prepared = prepared
      if !mode.isTraining { prepared += ArenaPlanner.aligned(preparedCount) }
      workspace = max(workspace, node.op.workspaceCount(inputs, output))
      places.append(place)
    }
    for time in graph.nodes.indices.reversed() where places[time].runsBackward {
      places[time].gradientUses = flow.claimGradients(of: graph.nodes[time])
    }

    let (offsets, total) = planner.plan()
    for (index, item) in items.enumerated() {
      places[index].state = offsets[item.state]
      places[index].scratch = offsets[item.scratch]
      places[index].backwardScratch = offsets[item.backwardScratch]
      if mode.isTraining { places[index].prepared = offsets[item.prepared] }
    }
    nodes = places
    activations = slices.places(
      items: activationItems, offsets: offsets, shapes: shapes, root: slices.activationRoot
    ).map { $0 ?? Place(offset: 0, channel: 0, stride: 0) }
    gradients = slices.places(
      items: gradientItems, offsets: offsets, shapes: shapes, root: slices.gradientRoot)
    arenaCount = total
    preparedCount = prepared
    workspaceCount = workspace
  }
}
