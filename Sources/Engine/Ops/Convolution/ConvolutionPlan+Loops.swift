import CGlimpseKernels

extension ConvolutionPlan {
  /// Packs weights for a direction; depthwise weights are not packed.
  func pack(
    _ weights: UnsafePointer<Float>, _ direction: ConvolutionDirection,
    to target: UnsafeMutablePointer<Float>
  ) -> [ParallelLoop] {
    guard geometry.packs else { return [] }
    if let winograd = winograd(direction) { return winograd.prepare(weights, to: target) }
    let g = geometry.bareDescriptor
    let transposed = direction.flag
    let table = kernels.convolution
    let blocks = blocks(of: transposed == 1 ? g.input_c : g.output_c)
    return [
      ParallelLoop(blocks, g) { g, block in
        table.pack(g, weights, transposed, block, block + 1, target)
      }
    ]
  }

  func blocks(of channels: Int) -> Int {
    let size = kernels.convolution.block_channels(channels / geometry.groups)
    return (channels / geometry.groups + size - 1) / size
  }

  /// Computes one direction; `packed` are the `weights`, packed for it.
  func convolve(
    _ direction: ConvolutionDirection, _ source: View, to target: View, epilogue: gk_epilogue,
    weights: UnsafePointer<Float>, packed: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, zeros: UnsafePointer<Float>
  ) -> [ParallelLoop] {
    if let winograd = winograd(direction) {
      return winograd.convolve(
        source, to: target, epilogue: epilogue, weights: weights, packed: packed, scratch: scratch,
        zeros: zeros)
    }
    let weights = geometry.packs ? packed : weights
    let isForward = direction == .forward
    let g = descriptor(
      input: isForward ? source : target, output: isForward ? target : source, zeros: zeros)
    let table = kernels.convolution
    if geometry.isDepthwise {
      let kernel = isForward ? table.depthwise_output : table.depthwise_input
      let cost = target.shape.w * geometry.inputChannels * geometry.taps * 4
      return [
        ParallelLoop(rows: target.shape, costPerRow: cost, g) { g, begin, end in
          kernel?(g, source.base, weights, epilogue, target.base, begin, end)
        }
      ]
    }
    let cost = geometry.taps * geometry.inputChannels / geometry.groups * geometry.outputChannels
    guard isForward else {
      return [
        grid(
          units: g.n * g.input_h, pixelsPerUnit: g.input_w,
          costPerUnit: cost * g.output_w / max(1, geometry.stride.h),
          blocks: blocks(of: g.input_c), g
        ) { g, begin, end, first, last in
          table.input_from_output(
            g, source.base, weights, epilogue, target.base, begin, end, first, last)
        }
      ]
    }
    let pixels = g.n * g.output_h * g.output_w
    let tile = table.tile_pixels(geometry.outputChannels / geometry.groups)
    return [
      grid(
        units: (pixels + tile - 1) / tile, pixelsPerUnit: tile, costPerUnit: cost * tile,
        blocks: blocks(of: g.output_c), g
      ) { g, begin, end, first, last in
        table.output_from_input(
          g, source.base, weights, epilogue, target.base, begin * tile, min(end * tile, pixels),
          first, last)
      }
    ]
  }

  /// Computes single rows of the output with the direct algorithm; `weights` are packed unless the
  /// convolution is depthwise.
  func row(
    _ source: View, to target: View, epilogue: gk_epilogue, weights: UnsafePointer<Float>,
    zeros: UnsafePointer<Float>
  ) -> (_ row: Int) -> Void {
    let g = descriptor(input: source, output: target, zeros: zeros)
    let (table, width) = (kernels.convolution, target.shape.w)
    let blocks = geometry.isDepthwise ? 0 : blocks(of: g.output_c)
    return { row in
      withUnsafePointer(to: g) { g in
        if blocks == 0 {
          table.depthwise_output(g, source.base, weights, epilogue, target.base, row, row + 1)
        } else {
          table.output_from_input(
            g, source.base, weights, epilogue, target.base, row * width, (row + 1) * width, 0,
            blocks)
        }
      }
    }
  }

  /// A loop over units x channel blocks; large weights are also partitioned by blocks.
  private func grid(
    units: Int, pixelsPerUnit: Int, costPerUnit: Int, blocks: Int, _ g: gk_convolution,
    _ body:
      @escaping (
        _ g: UnsafePointer<gk_convolution>, _ begin: Int, _ end: Int, _ firstBlock: Int,
        _ lastBlock: Int
      ) -> Void
  ) -> ParallelLoop {
    let blockTasks = geometry.weightCount > ConvolutionGeometry.largeWeights ? blocks : 1
    let worthwhile = units * pixelsPerUnit / max(1, kernels.convolution.task_pixels)
    let cut = WorkPartition(units: units, costPerUnit: costPerUnit).tasks / blockTasks
    let work = WorkPartition(units: units, tasks: max(1, min(cut, worthwhile)))
    let channels = WorkPartition(units: blocks, tasks: blockTasks)
    return ParallelLoop(work.tasks * blockTasks, g) { g, task in
      let (begin, end) = work.range(task % work.tasks)
      let (first, last) = channels.range(task / work.tasks)
      body(g, begin, end, first, last)
    }
  }

  /// Accumulates the weight gradient, computed from the input and the output gradient.
  func weightGradient(
    input: View, output: View, scratch: UnsafeMutablePointer<Float>, zeros: UnsafePointer<Float>,
    to gradient: UnsafeMutablePointer<Float>
  ) -> [ParallelLoop] {
    if let winograd = winogradForWeights {
      return winograd.weightGradient(
        input, outputGradient: output, blocks: blocks(of: geometry.outputChannels),
        scratch: scratch, zeros: zeros, to: gradient)
    }
    let g = descriptor(input: input, output: output, zeros: zeros)
    let (table, isDepthwise) = (kernels.convolution, geometry.isDepthwise)
    let (rows, count) = (g.n * g.output_h, geometry.weightCount)
    let (taps, blocks) = (geometry.taps, blocks(of: g.output_c))
    guard geometry.partialGradientCount > 0 else {
      return [
        ParallelLoop(taps * blocks, g) { g, task in
          let (tap, block) = (task / blocks, task % blocks)
          table.weight_gradient(
            g, input.base, output.base, gradient, 0, rows, tap, tap + 1, block, block + 1)
        }
      ]
    }
    let parts = WorkPartition(units: rows, tasks: min(rows, ConvolutionGeometry.gradientParts))
    return [
      ParallelLoop(parts.tasks, g) { g, task in
        let (begin, end) = parts.range(task)
        let partial = scratch + task * count
        partial.update(repeating: 0, count: count)
        if isDepthwise {
          table.depthwise_weight_gradient(g, input.base, output.base, partial, begin, end)
        } else {
          table.weight_gradient(
            g, input.base, output.base, partial, begin, end, 0, taps, 0, blocks)
        }
      },
      addPartialGradients(scratch, parts: parts.tasks, to: gradient),
    ]
  }

  /// Adds partial weight gradients, one after another in memory, to the weight gradient.
  func addPartialGradients(
    _ partial: UnsafeMutablePointer<Float>, parts: Int, to gradient: UnsafeMutablePointer<Float>
  ) -> ParallelLoop {
    let count = geometry.weightCount
    return ParallelLoop(WorkPartition(units: count, costPerUnit: 8 * parts)) { begin, end in
      for part in 0..<parts {
        for index in begin..<end { gradient[index] += partial[part * count + index] }
      }
    }
  }

  /// Accumulates the bias gradient: the output gradient summed over all pixels, per channel.
  func biasGradient(
    _ outputGradient: View, to gradient: UnsafeMutablePointer<Float>
  ) -> ParallelLoop {
    // Channels per task: one vector.
    let strip = 16
    let (channels, pixels) = (outputGradient.shape.c, outputGradient.shape.pixels)
    let table = kernels.elementwise
    return ParallelLoop((channels + strip - 1) / strip) { task in
      let first = task * strip
      let count = min(strip, channels - first)
      table.sums(
        outputGradient.base + first * outputGradient.precision.byteCount, outputGradient.stride,
        gradient + first, pixels, count)
    }
  }
}
