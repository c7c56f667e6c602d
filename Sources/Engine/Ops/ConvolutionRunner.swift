import CGlimpseKernels

/// Splits the three directions of a convolution over the pool.
///
/// The convolution and the transposed convolution are both made of these; tasks depend on the
/// shapes alone, and every sum is made in one order, so results do not depend on the threads.
struct ConvolutionRunner {
  let work: ConvolutionPlan
  let pool: ThreadPool
  let kernels: Kernels

  private var geometry: ConvolutionGeometry { work.geometry }

  /// Winograd's algorithm between tensors of floats in memory, where it is the one to use.
  private func winograd(
    _ choice: Winograd?, sourceStride: Int, targetStride: Int, zeros: UnsafeRawPointer?
  ) -> WinogradRunner? {
    guard let choice, let table = kernels.winograd else { return nil }
    return WinogradRunner(
      choice, table: table, kernels: kernels, pool: pool, sourceStride: sourceStride,
      targetStride: targetStride, zeros: zeros?.assumingMemoryBound(to: Float.self))
  }

  /// Packs weights for a direction, which then reads `target`; depthwise ones are read as they are.
  func pack(
    _ weights: UnsafePointer<Float>, _ direction: ConvolutionDirection,
    to target: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    guard geometry.packs else { return weights }
    var g = geometry.bareDescriptor
    let transposed: Int32 = direction == .transposed ? 1 : 0
    let channels = transposed == 1 ? g.input_c : g.output_c
    if let winograd = work.winograd(direction), let table = kernels.winograd {
      pool.run(blocks(of: channels)) { block in
        table.pack(&g, winograd.tile, weights, transposed, block, block + 1, target)
      }
    } else {
      pool.run(blocks(of: channels)) { block in
        kernels.convolution.pack(&g, weights, transposed, block, block + 1, target)
      }
    }
    return UnsafePointer(target)
  }

  private func blocks(of channels: Int) -> Int {
    let size = kernels.convolution.block_channels(channels / geometry.groups)
    return (channels / geometry.groups + size - 1) / size
  }

  /// Runs a grid of (units x channel blocks), cut by blocks too where the weights are large.
  private func grid(
    units: Int, pixelsPerUnit: Int, costPerUnit: Int, blocks: Int,
    _ body: (Int, Int, Int, Int) -> Void
  ) {
    let blockTasks = geometry.weightCount > ConvolutionGeometry.largeWeights ? blocks : 1
    let worthwhile = units * pixelsPerUnit / max(1, kernels.convolution.task_pixels)
    let tasks = max(
      1,
      min(WorkPartition.tasks(units: units, costPerUnit: costPerUnit) / blockTasks, worthwhile))
    pool.run(tasks * blockTasks) { index in
      let (begin, end) = WorkPartition.range(of: units, part: index % tasks, parts: tasks)
      let (first, last) = WorkPartition.range(of: blocks, part: index / tasks, parts: blockTasks)
      body(begin, end, first, last)
    }
  }

  /// Output from input: the forward pass of a convolution.
  func output(
    _ g: gk_convolution, input: UnsafeRawPointer, packed: UnsafePointer<Float>,
    epilogue: gk_epilogue, scratch: UnsafeMutablePointer<Float>,
    to output: UnsafeMutableRawPointer
  ) {
    if let runner = winograd(
      work.winograd(.forward), sourceStride: g.input_stride, targetStride: g.output_stride,
      zeros: g.zeros)
    {
      return runner.convolve(
        input, packed: packed, epilogue: epilogue, scratch: scratch, to: output)
    }
    var g = g
    let channels = geometry.inputChannels / geometry.groups
    let table = kernels.convolution
    if geometry.isDepthwise {
      let rows = g.n * g.output_h
      let cost = g.output_w * geometry.outputChannels * geometry.taps * 4
      pool.forEachPart(of: rows, costPerUnit: cost) { begin, end in
        table.depthwise_output(&g, input, packed, epilogue, output, begin, end)
      }
      return
    }
    let cost = geometry.taps * channels * geometry.outputChannels
    let pixels = g.n * g.output_h * g.output_w
    let tile = table.tile_pixels(geometry.outputChannels / geometry.groups)
    grid(
      units: (pixels + tile - 1) / tile, pixelsPerUnit: tile, costPerUnit: cost * tile,
      blocks: blocks(of: g.output_c)
    ) {
      table.output_from_input(
        &g, input, packed, epilogue, output, $0 * tile, min($1 * tile, pixels), $2, $3)
    }
  }

  /// Input from output: the gradient by the input, and the forward pass of a transposed one.
  func input(
    _ g: gk_convolution, output: UnsafeRawPointer, packed: UnsafePointer<Float>,
    epilogue: gk_epilogue, scratch: UnsafeMutablePointer<Float>,
    to input: UnsafeMutableRawPointer
  ) {
    if let runner = winograd(
      work.winograd(.transposed), sourceStride: g.output_stride, targetStride: g.input_stride,
      zeros: g.zeros)
    {
      return runner.convolve(
        output, packed: packed, epilogue: epilogue, scratch: scratch, to: input)
    }
    var g = g
    let table = kernels.convolution
    let rows = g.n * g.input_h
    if geometry.isDepthwise {
      let cost = g.input_w * geometry.inputChannels * geometry.taps * 4
      pool.forEachPart(of: rows, costPerUnit: cost) { begin, end in
        table.depthwise_input(&g, output, packed, epilogue, input, begin, end)
      }
      return
    }
    let cost =
      geometry.taps * geometry.inputChannels / geometry.groups * geometry.outputChannels
      * g.output_w / max(1, geometry.stride.h)
    grid(
      units: rows, pixelsPerUnit: g.input_w, costPerUnit: cost, blocks: blocks(of: g.input_c)
    ) {
      table.input_from_output(&g, output, packed, epilogue, input, $0, $1, $2, $3)
    }
  }

  /// Adds the gradient by the weights.
  func weightGradient(
    _ g: gk_convolution, input: UnsafeRawPointer, outputGradient: UnsafeRawPointer,
    scratch: UnsafeMutablePointer<Float>, to gradient: UnsafeMutablePointer<Float>
  ) {
    if let runner = winograd(
      work.winogradForWeights, sourceStride: g.input_stride, targetStride: g.output_stride,
      zeros: g.zeros)
    {
      runner.weightGradient(
        input.assumingMemoryBound(to: Float.self),
        outputGradient: outputGradient.assumingMemoryBound(to: Float.self), scratch: scratch,
        to: gradient)
      return
    }
    var g = g
    let table = kernels.convolution
    let rows = g.n * g.output_h
    let count = geometry.weightCount
    let (taps, blocks) = (geometry.taps, blocks(of: g.output_c))
    guard geometry.partialGradientCount > 0 else {
      pool.run(taps * blocks) { task in
        let (tap, block) = (task / blocks, task % blocks)
        table.weight_gradient(
          &g, input, outputGradient, gradient, 0, rows, tap, tap + 1, block, block + 1)
      }
      return
    }
    let tasks = min(rows, ConvolutionGeometry.gradientParts)
    pool.run(tasks) { task in
      let (begin, end) = WorkPartition.range(of: rows, part: task, parts: tasks)
      let partial = scratch + task * count
      partial.update(repeating: 0, count: count)
      if geometry.isDepthwise {
        table.depthwise_weight_gradient(&g, input, outputGradient, partial, begin, end)
      } else {
        table.weight_gradient(
          &g, input, outputGradient, partial, begin, end, 0, taps, 0, blocks)
      }
    }
    for task in 0..<tasks {
      let partial = scratch + task * count
      for index in 0..<count { gradient[index] += partial[index] }
    }
  }

  /// Adds the gradient by the bias: the sum of the output's gradient over all pixels, per channel.
  func biasGradient(_ outputGradient: View, to gradient: UnsafeMutablePointer<Float>) {
    let strip = Self.biasStrip
    let (channels, pixels) = (outputGradient.shape.c, outputGradient.shape.pixels)
    pool.run((channels + strip - 1) / strip) { task in
      let first = task * strip
      let count = min(strip, channels - first)
      kernels.elementwise.sums(
        outputGradient.slice(from: first, shape: outputGradient.shape.with(c: count)).base,
        outputGradient.stride, gradient + first, pixels, count)
    }
  }

  /// Channels that one task sums: one vector.
  private static let biasStrip = 16
}

extension ConvolutionRunner {
  /// The backward pass of a convolution, whose inputs' gradient is of the transposed direction, or
  /// of a transposed convolution, where it is of the forward one.
  static func backward(
    _ context: BackwardContext, _ geometry: ConvolutionGeometry,
    inputGradient direction: ConvolutionDirection, hasBias: Bool
  ) {
    let (values, gradient) = (context.inputs[0], context.outputGradient)
    let (large, small) = direction == .transposed ? (values, gradient) : (gradient, values)
    let work = ConvolutionPlan(geometry: geometry, large: large.shape, small: small.shape)
    let runner = ConvolutionRunner(work: work, pool: context.pool, kernels: context.kernels)
    var g = geometry.descriptor(large: large, small: small, scratch: context.scratch)
    let scratch = work.behindZeros(context.scratch)
    if hasBias { runner.biasGradient(gradient, to: context.parameterGradients[1]) }
    runner.weightGradient(
      g, input: large.base, outputGradient: small.base, scratch: scratch,
      to: context.parameterGradients[0])
    guard let target = context.inputGradients[0] else { return }
    let weights = runner.pack(context.parameters[0], direction, to: scratch)
    let behind = scratch + ArenaPlanner.aligned(work.packedCount(direction))
    let epilogue = target.view.sumEpilogue(accumulates: target.accumulates)
    switch direction {
    case .transposed:
      g.input_stride = target.view.stride
      runner.input(
        g, output: small.base, packed: weights, epilogue: epilogue, scratch: behind,
        to: target.view.base)
    case .forward:
      g.output_stride = target.view.stride
      runner.output(
        g, input: large.base, packed: weights, epilogue: epilogue, scratch: behind,
        to: target.view.base)
    }
  }
}

extension View {
  /// An epilogue that stores, or adds to what this tensor holds already.
  fileprivate func sumEpilogue(accumulates: Bool) -> gk_epilogue {
    gk_epilogue(
      bias: nil, residual: accumulates ? UnsafeRawPointer(base) : nil, residual_stride: stride,
      activation: Activation.identity.code, stores_floats: 0)
  }
}
