import Basics

/// A plan with its memory: it walks the graph forward and, for training, in reverse.
///
/// A reference, because it owns the arena. One thread at a time may use a session; sessions of one
/// plan share nothing but the parameters. Nothing is allocated inside a step.
package final class Session: @unchecked Sendable {
  /// What it runs.
  package let plan: Plan
  /// The network's parameters; an optimizer may change them between steps.
  package let parameters: ParameterBlock
  /// Where backward adds the parameters' gradients; a training session has it.
  package let gradients: ParameterBlock?
  /// The graph's inputs, to fill before `forward`.
  package let inputs: [View]
  /// The graph's outputs, to read after `forward`.
  package let outputs: [View]
  /// The gradients of the loss by the outputs, to fill before `backward`; empty in inference.
  package let outputGradients: [View]
  /// The gradients of the loss by the inputs, to read after `backward`, where the plan asks for them.
  package let inputGradients: [View]

  /// The two walks over the graph.
  package enum Pass: Sendable {
    /// From the inputs to the outputs.
    case forward
    /// From the outputs' gradients to those of the parameters.
    case backward
  }

  /// Runs each node's work where it is set, for measurements: it must call what it is given, once.
  package var observer: ((_ pass: Pass, _ node: Int, _ work: () -> Void) -> Void)?

  private let arena: AlignedBuffer
  private let prepared: AlignedBuffer
  private var prepareSteps: [PrepareContext] = []
  private var forwardSteps: [ForwardContext] = []
  private var backwardSteps: [(node: Int, context: BackwardContext)] = []
  private var lastSeed: UInt64 = 0

  /// Binds a plan to parameters and memory; `gradients` is made where a training plan has none.
  package init(
    _ plan: Plan, parameters: ParameterBlock, gradients: ParameterBlock? = nil,
    pool: ThreadPool, kernels: Kernels
  ) {
    precondition(
      plan.graph.parameterLayout == parameters.layout, "the parameters are of another network")
    precondition(
      kernels.precision == plan.precision,
      "a plan in \(plan.precision) cannot run on kernels in \(kernels.precision)")
    self.plan = plan
    self.parameters = parameters
    let isTraining = plan.mode.isTraining
    let gradientBlock =
      gradients ?? (isTraining ? ParameterBlock(zeros: parameters.layout) : nil)
    self.gradients = gradientBlock
    let arena = AlignedBuffer(count: plan.arenaCount)
    let prepared = AlignedBuffer(count: plan.preparedCount)
    self.arena = arena
    self.prepared = prepared
    pool.reserveWorkspace(plan.workspaceCount)
    func view(_ value: Int, _ place: Plan.Place) -> View {
      let precision = plan.precisions[value]
      return View(
        base: UnsafeMutableRawPointer(arena.base + place.offset)
          + place.channel * precision.byteCount,
        precision: precision, shape: plan.shapes[value], stride: place.stride)
    }
    let values = plan.shapes.indices.map { view($0, plan.activations[$0]) }
    let valueGradients = plan.shapes.indices.map { value in
      plan.gradients[value].map { view(value, $0) }
    }
    inputs = plan.graph.inputs.map { values[$0] }
    outputs = plan.graph.outputs.map { values[$0] }
    outputGradients = plan.graph.outputs.compactMap { valueGradients[$0] }
    inputGradients = plan.graph.inputs.compactMap { valueGradients[$0] }

    for (index, node) in plan.graph.nodes.enumerated() {
      let place = plan.nodes[index]
      let ranges = node.op.parameters.compactMap {
        parameters.layout["\(node.name).\($0.name)"]?.range
      }
      let pointers = ranges.map { parameters.memory.base + $0.lowerBound }
      let packed = (isTraining ? arena : prepared).base + place.prepared
      let shapes = node.inputs.map { plan.shapes[$0] }
      prepareSteps.append(
        PrepareContext(
          inputs: shapes, output: plan.shapes[node.output], parameters: pointers,
          prepared: packed, pool: pool, kernels: kernels))
      forwardSteps.append(
        ForwardContext(
          inputs: node.inputs.map { values[$0] }, output: values[node.output],
          parameters: pointers, prepared: packed,
          state: isTraining ? arena.base + place.state : nil,
          scratch: arena.base + place.scratch, isTraining: isTraining, seed: 0, pool: pool,
          kernels: kernels))
      guard place.runsBackward, let gradientBlock,
        let outputGradient = valueGradients[node.output]
      else { continue }
      let targets = zip(node.inputs, place.gradientUses).map { value, use in
        use == .none
          ? nil
          : valueGradients[value].map { GradientTarget(view: $0, accumulates: use == .add) }
      }
      backwardSteps.append(
        (
          index,
          BackwardContext(
            inputs: node.inputs.map { values[$0] }, output: values[node.output],
            outputGradient: outputGradient, inputGradients: targets, parameters: pointers,
            parameterGradients: ranges.map { gradientBlock.memory.base + $0.lowerBound },
            state: arena.base + place.state, scratch: arena.base + place.backwardScratch, seed: 0,
            pool: pool, kernels: kernels)
        ))
    }
    backwardSteps.reverse()
    if !isTraining { prepare() }
  }

  /// Packs the parameters anew: to be called after they changed under an inference session.
  package func prepare() {
    precondition(!plan.mode.isTraining, "a training session packs its parameters in each step")
    for (node, context) in zip(plan.graph.nodes, prepareSteps) { node.op.prepare(context) }
  }

  /// Computes the outputs from the inputs; a training session draws its randomness from the seed.
  package func forward(seed: UInt64 = 0) {
    lastSeed = seed
    for (index, node) in plan.graph.nodes.enumerated() {
      forwardSteps[index].seed = nodeSeed(index)
      run(.forward, index) {
        if plan.mode.isTraining { node.op.prepare(prepareSteps[index]) }
        node.op.forward(forwardSteps[index])
      }
    }
  }

  /// Adds the parameters' gradients from `outputGradients`; follows a `forward` of the same step.
  package func backward() {
    precondition(plan.mode.isTraining, "an inference session has no backward pass")
    for step in backwardSteps.indices {
      let node = backwardSteps[step].node
      backwardSteps[step].context.seed = nodeSeed(node)
      run(.backward, node) { plan.graph.nodes[node].op.backward(backwardSteps[step].context) }
    }
  }

  private func run(_ pass: Pass, _ node: Int, _ work: () -> Void) {
    if let observer { observer(pass, node, work) } else { work() }
  }

  private func nodeSeed(_ node: Int) -> UInt64 {
    SeededGenerator(seed: lastSeed, UInt64(node)).state
  }
}
