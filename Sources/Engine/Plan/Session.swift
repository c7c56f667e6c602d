import Basics

/// A plan bound to memory; runs forward and, in training, backward.
///
/// A class, because it owns the arena. Sessions share the parameters and, if they are given one, the
/// arena, so that only one of them may be in use at a time. A step allocates no memory: the loops of
/// all nodes are created by `init`.
package final class Session {
  /// The plan that is run.
  package let plan: Plan
  /// The network's parameters; an optimizer may change them between steps.
  package let parameters: ParameterBlock
  /// The parameter gradients that backward accumulates into; nil in inference.
  package let gradients: ParameterBlock?
  /// The inputs of the graph; fill them before `forward`.
  package let inputs: [View]
  /// The outputs of the graph, valid after `forward`.
  package let outputs: [View]
  /// The gradients of the loss with respect to the outputs; fill them before `backward`. Empty in
  /// inference.
  package let outputGradients: [View]
  /// The gradients of the loss with respect to the inputs, valid after `backward`; empty unless the
  /// plan's mode requests them.
  package let inputGradients: [View]

  /// The two passes over the graph.
  package enum Pass: Sendable {
    /// From the inputs to the outputs.
    case forward
    /// From the output gradients to the parameter gradients.
    case backward
  }

  /// Called for each node if set, for profiling; it must call `work` exactly once.
  package var observer: ((_ pass: Pass, _ node: Int, _ work: () -> Void) -> Void)?

  private let pool: ThreadPool
  private let arena: Arena
  private let prepared, zeros: AlignedBuffer
  private let seeds: Seeds
  private var prepareLoops: [[ParallelLoop]] = []
  /// The loops of each node, in graph order.
  private var forwardLoops: [[ParallelLoop]] = []
  /// For each part of `plan.deferred`, the kernels of its nodes that compute one row.
  private var rowKernels: [[(_ row: Int) -> Void]] = []
  /// The loops of each node that runs backward, in reverse order.
  private var backwardLoops: [(node: Int, loops: [ParallelLoop])] = []

  /// Binds a plan to parameters and allocates its memory; without `gradients`, a training session
  /// creates them.
  ///
  /// - Parameter sharedArena: An arena that is large enough for the plan; nil for one of its own.
  package init(
    _ plan: Plan, parameters: ParameterBlock, gradients: ParameterBlock? = nil,
    sharedArena: Arena? = nil, pool: ThreadPool
  ) {
    let arena = sharedArena ?? Arena(for: plan)
    precondition(arena.count >= plan.arenaCount, "the arena is too small for the plan")
    precondition(
      parameters.layout.contains(plan.graph.parameterLayout),
      "the parameters belong to another network")
    self.plan = plan
    self.parameters = parameters
    let isTraining = plan.mode.isTraining
    let gradientBlock =
      gradients ?? (isTraining ? ParameterBlock(zeros: parameters.layout) : nil)
    self.gradients = gradientBlock
    self.arena = arena
    let prepared = AlignedBuffer(count: plan.preparedCount)
    let zeros = AlignedBuffer(count: plan.zeroCount)
    let seeds = Seeds(count: plan.nodes.count)
    (self.prepared, self.zeros, self.seeds) = (prepared, zeros, seeds)
    self.pool = pool
    pool.reserveWorkspace(plan.workspaceCount)
    func view(_ value: Int, _ location: Plan.Location) -> View {
      let precision = plan.precisions[value]
      return View(
        base: UnsafeMutableRawPointer(arena.base + location.offset)
          + location.channel * precision.byteCount,
        precision: precision, shape: plan.shapes[value], stride: location.stride)
    }
    let values = plan.shapes.indices.map { view($0, plan.activations[$0]) }
    let valueGradients = plan.shapes.indices.map { value in
      plan.gradients[value].map { view(value, $0) }
    }
    inputs = plan.graph.inputs.map { values[$0] }
    outputs = plan.graph.outputs.map { values[$0] }
    outputGradients = plan.graph.outputs.compactMap { valueGradients[$0] }
    inputGradients = plan.graph.inputs.compactMap { valueGradients[$0] }

    var pending: [Int: PendingNormalization] = [:]
    var contexts: [ForwardContext] = []
    for (index, node) in plan.graph.nodes.enumerated() {
      let place = plan.nodes[index]
      let ranges = node.parameterNames.compactMap { parameters.layout[$0]?.range }
      let pointers = ranges.map { parameters.memory.base + $0.lowerBound }
      let nodeInputs = node.inputs.map { values[$0] }
      let normalizations = node.inputs.map { pending[$0] }
      let state = isTraining ? arena.base + place.state : nil
      pending[node.output] = state.flatMap { place.op.normalization?($0) }
      let forward = ForwardContext(
        inputs: nodeInputs, pending: normalizations, output: values[node.output],
        parameters: pointers, prepared: (isTraining ? arena.base : prepared.base) + place.prepared,
        state: state, scratch: arena.base + place.scratch,
        zeros: zeros.base, seed: seeds[index])
      prepareLoops.append(place.op.prepare(forward))
      contexts.append(forward)
      forwardLoops.append(place.op.forward(forward))
      guard place.runsBackward, let gradientBlock,
        let outputGradient = valueGradients[node.output]
      else { continue }
      let targets = node.inputs.indices.map { input -> GradientTarget? in
        let use = place.gradientUses[input]
        guard use != .none, let view = valueGradients[node.inputs[input]] else { return nil }
        return GradientTarget(
          view: view, accumulates: use == .add,
          sums: place.inputSums[input].map { arena.base + $0 })
      }
      let backward = BackwardContext(
        inputs: nodeInputs, pending: normalizations, output: values[node.output],
        outputGradient: outputGradient, inputGradients: targets, parameters: pointers,
        parameterGradients: ranges.map { gradientBlock.memory.base + $0.lowerBound },
        sums: plan.pending.contains(node.output) ? arena.base + place.sums : nil,
        state: arena.base + place.state, scratch: arena.base + place.backwardScratch,
        zeros: zeros.base, seed: seeds[index])
      backwardLoops.append((index, place.op.backward(backward)))
    }
    backwardLoops.reverse()
    rowKernels = plan.deferred.map { part in
      part.nodes.map { node in
        guard let row = plan.nodes[node].op.forwardRow else {
          preconditionFailure("\(plan.graph.nodes[node].name) computes no single rows")
        }
        return row(contexts[node])
      }
    }
    if isTraining {
      // Parameters change between steps, so each step packs them.
      forwardLoops = zip(prepareLoops, forwardLoops).map { $0 + $1 }
    } else {
      prepare()
    }
  }

  /// Repacks the parameters of an inference session; call it after they have changed.
  package func prepare() {
    precondition(!plan.mode.isTraining, "a training session packs its parameters in each step")
    for loops in prepareLoops { pool.run(loops) }
  }

  /// Computes the outputs from the inputs; `seed` is the random seed of this step (dropout).
  package func forward(seed: UInt64 = 0) {
    for node in forwardLoops.indices {
      seeds[node].pointee = SeededGenerator(seed: seed, UInt64(node)).state
      run(.forward, node, forwardLoops[node])
    }
  }

  /// Computes the outputs from the inputs, the deferred channels of each output only in the rows that
  /// are asked for, where the network allows it.
  ///
  /// - Parameter rows: Called with the index of an output whose other channels are computed; returns
  ///   rows of n * h, or nil for all.
  package func forward(rows: (_ output: Int) -> [Int]?) {
    precondition(!plan.mode.isTraining, "a backward pass needs whole outputs")
    guard let first = plan.deferred.first else { return forward() }
    for node in 0..<first.nodes.lowerBound { run(.forward, node, forwardLoops[node]) }
    for (part, kernels) in zip(plan.deferred, rowKernels) {
      let shape = outputs[part.output].shape
      // Loops over whole outputs use register tiles better.
      if let needed = rows(part.output), needed.count * 2 < shape.n * shape.h {
        // Node by node, as memory is planned: a node's output may overlap what the one before it reads.
        for kernel in kernels { pool.run(needed.count) { kernel(needed[$0]) } }
      } else {
        for node in part.nodes { run(.forward, node, forwardLoops[node]) }
      }
    }
  }

  /// Accumulates the parameter gradients from `outputGradients`; call it after `forward`.
  package func backward() {
    precondition(plan.mode.isTraining, "an inference session has no backward pass")
    for step in backwardLoops { run(.backward, step.node, step.loops) }
  }

  private func run(_ pass: Pass, _ node: Int, _ loops: [ParallelLoop]) {
    if let observer { observer(pass, node) { pool.run(loops) } } else { pool.run(loops) }
  }
}

/// The random seed of each node, at addresses that the loops read.
private final class Seeds {
  private let memory: UnsafeMutablePointer<UInt64>

  init(count: Int) {
    memory = .allocate(capacity: count)
    memory.initialize(repeating: 0, count: count)
  }

  deinit { memory.deallocate() }

  subscript(node: Int) -> UnsafeMutablePointer<UInt64> { memory + node }
}
