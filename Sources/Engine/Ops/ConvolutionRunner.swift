import CGlimpseKernels

/// Splits the three directions of a convolution over the pool.
///
/// The convolution and the transposed convolution are both made of these; tasks depend on the
/// shapes alone, and every sum is made in one order, so results do not depend on the threads.
struct ConvolutionRunner {
  let geometry: ConvolutionGeometry
  let pool: ThreadPool
  let kernels: Kernels

  private func blocks(of channels: Int) -> Int {
    let size = kernels.convolution.block_channels(channels / geometry.groups)
    return (channels / geometry.groups + size - 1) / size
  }

  /// Runs a grid of (units x channel blocks), cut by blocks too where the weights are large.
  private func grid(
    units: Int, costPerUnit: Int, blocks: Int, _ body: (Int, Int, Int, Int) -> Void
  ) {
    let blockTasks = geometry.weightCount > ConvolutionGeometry.largeWeights ? blocks : 1
    let tasks = max(
      1, Split.tasks(units: units, costPerUnit: costPerUnit) / blockTasks)
    pool.run(tasks * blockTasks) { index in
      let (begin, end) = Split.range(of: units, part: index % tasks, parts: tasks)
      let (first, last) = Split.range(of: blocks, part: index / tasks, parts: blockTasks)
      body(begin, end, first, last)
    }
  }

  /// Output from input: the forward pass of a convolution.
  func output(
    _ g: gk_convolution, input: UnsafePointer<Float>, packed: UnsafePointer<Float>,
    epilogue: gk_epilogue, to output: UnsafeMutablePointer<Float>
  ) {
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
    grid(units: g.n * g.output_h * g.output_w, costPerUnit: cost, blocks: blocks(of: g.output_c)) {
      table.output_from_input(&g, input, packed, epilogue, output, $0, $1, $2, $3)
    }
  }

  /// Input from output: the gradient by the input, and the forward pass of a transposed one.
  func input(
    _ g: gk_convolution, output: UnsafePointer<Float>, packed: UnsafePointer<Float>,
    epilogue: gk_epilogue, to input: UnsafeMutablePointer<Float>
  ) {
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
    grid(units: rows, costPerUnit: cost, blocks: blocks(of: g.input_c)) {
      table.input_from_output(&g, output, packed, epilogue, input, $0, $1, $2, $3)
    }
  }

  /// Adds the gradient by the weights.
  func weightGradient(
    _ g: gk_convolution, input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, to gradient: UnsafeMutablePointer<Float>
  ) {
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
      let (begin, end) = Split.range(of: rows, part: task, parts: tasks)
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
    let channels = outputGradient.shape.c
    for pixel in 0..<outputGradient.shape.pixels {
      let row = outputGradient.data + pixel * outputGradient.stride
      for channel in 0..<channels { gradient[channel] += row[channel] }
    }
  }
}
