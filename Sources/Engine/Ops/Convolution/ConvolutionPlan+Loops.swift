import CGlimpseKernels

extension ConvolutionPlan {
  /// Packs weights for a direction; depthwise ones are read as they are.
  func pack(
    _ weights: UnsafePointer<Float>, _ direction: ConvolutionDirection,
    to target: UnsafeMutablePointer<Float>
  ) -> [ParallelLoop] {
    guard geometry.packs else { return [] }
    let g = geometry.bareDescriptor
    let transposed = direction.flag
    let table = kernels.convolution
    let blocks = blocks(of: transposed == 1 ? g.input_c : g.output_c)
    if let winograd = winograd(direction) {
      return [winograd.pack(geometry, weights, transposed: transposed, blocks: blocks, to: target)]
    }
    return [
      ParallelLoop(blocks) { block in
        withUnsafePointer(to: g) {
          table.pack($0, weights, transposed, block, block + 1, target)
        }
      }
    ]
  }

  private func blocks(of channels: Int) -> Int {
    let size = kernels.convolution.block_channels(channels / geometry.groups)
    return (channels / geometry.groups + size - 1) / size
  }

  /// A convolution of one direction; `weights` are packed for it.
  func convolve(
    _ direction: ConvolutionDirection, _ source: View, to target: View, epilogue: gk_epilogue,
    weights: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    zeros: UnsafePointer<Float>
  ) -> [ParallelLoop] {
    if let winograd = winograd(direction) {
      return winograd.convolve(
        source, to: target, epilogue: epilogue, packed: weights, scratch: scratch, zeros: zeros)
    }
    switch direction {
    case .forward:
      let g = descriptor(input: source, output: target, zeros: zeros)
      return [
        geometry.isDepthwise
          ? depthwise(
            kernels.convolution.depthwise_output, g, source, target, epilogue, weights,
            rows: g.n * g.output_h, width: g.output_w)
          : output(g, source, target, epilogue, weights)
      ]
    case .transposed:
      let g = descriptor(input: target, output: source, zeros: zeros)
      return [
        geometry.isDepthwise
          ? depthwise(
            kernels.convolution.depthwise_input, g, source, target, epilogue, weights,
            rows: g.n * g.input_h, width: g.input_w)
          : input(g, source, target, epilogue, weights)
      ]
    }
  }

  private typealias Depthwise =
    @convention(c) (
      UnsafePointer<gk_convolution>?, UnsafeRawPointer?, UnsafePointer<Float>?, gk_epilogue,
      UnsafeMutableRawPointer?, Int, Int
    ) -> Void

  private func depthwise(
    _ kernel: Depthwise?, _ g: gk_convolution, _ source: View, _ target: View,
    _ epilogue: gk_epilogue, _ weights: UnsafePointer<Float>, rows: Int, width: Int
  ) -> ParallelLoop {
    let cost = width * geometry.inputChannels * geometry.taps * 4
    return ParallelLoop(WorkPartition(units: rows, costPerUnit: cost)) { begin, end in
      withUnsafePointer(to: g) {
        kernel?($0, source.base, weights, epilogue, target.base, begin, end)
      }
    }
  }

  private func output(
    _ g: gk_convolution, _ source: View, _ target: View, _ epilogue: gk_epilogue,
    _ weights: UnsafePointer<Float>
  ) -> ParallelLoop {
    let table = kernels.convolution
    let cost =
      geometry.taps * geometry.inputChannels / geometry.groups * geometry.outputChannels
    let pixels = g.n * g.output_h * g.output_w
    let tile = table.tile_pixels(geometry.outputChannels / geometry.groups)
    return grid(
      units: (pixels + tile - 1) / tile, pixelsPerUnit: tile, costPerUnit: cost * tile,
      blocks: blocks(of: g.output_c)
    ) { begin, end, first, last in
      withUnsafePointer(to: g) {
        table.output_from_input(
          $0, source.base, weights, epilogue, target.base, begin * tile, min(end * tile, pixels),
          first, last)
      }
    }
  }

  private func input(
    _ g: gk_convolution, _ source: View, _ target: View, _ epilogue: gk_epilogue,
    _ weights: UnsafePointer<Float>
  ) -> ParallelLoop {
    let table = kernels.convolution
    let cost =
      geometry.taps * geometry.inputChannels / geometry.groups * geometry.outputChannels
      * g.output_w / max(1, geometry.stride.h)
    return grid(
      units: g.n * g.input_h, pixelsPerUnit: g.input_w, costPerUnit: cost,
      blocks: blocks(of: g.input_c)
    ) { begin, end, first, last in
      withUnsafePointer(to: g) {
        table.input_from_output(
          $0, source.base, weights, epilogue, target.base, begin, end, first, last)
      }
    }
  }

  /// A loop over units x channel blocks, cut by blocks too where the weights are large.
  private func grid(
    units: Int, pixelsPerUnit: Int, costPerUnit: Int, blocks: Int,
    _ body: @escaping (_ begin: Int, _ end: Int, _ firstBlock: Int, _ lastBlock: Int) -> Void
  ) -> ParallelLoop {
    let blockTasks = geometry.weightCount > ConvolutionGeometry.largeWeights ? blocks : 1
    let worthwhile = units * pixelsPerUnit / max(1, kernels.convolution.task_pixels)
    let cut = WorkPartition(units: units, costPerUnit: costPerUnit).tasks / blockTasks
    let work = WorkPartition(units: units, tasks: max(1, min(cut, worthwhile)))
    let channels = WorkPartition(units: blocks, tasks: blockTasks)
    return ParallelLoop(work.tasks * blockTasks) { task in
      let (begin, end) = work.range(task % work.tasks)
      let (first, last) = channels.range(task / work.tasks)
      body(begin, end, first, last)
    }
  }

  /// Adds the gradient by the weights, from the input and the gradient by the output.
  func weightGradient(
    input: View, output: View, scratch: UnsafeMutablePointer<Float>, zeros: UnsafePointer<Float>,
    to gradient: UnsafeMutablePointer<Float>
  ) -> [ParallelLoop] {
    if let winograd = winogradForWeights {
      return winograd.weightGradient(
        input, outputGradient: output, scratch: scratch, zeros: zeros, to: gradient)
    }
    let g = descriptor(input: input, output: output, zeros: zeros)
    let (table, isDepthwise) = (kernels.convolution, geometry.isDepthwise)
    let (rows, count) = (g.n * g.output_h, geometry.weightCount)
    let (taps, blocks) = (geometry.taps, blocks(of: g.output_c))
    guard geometry.partialGradientCount > 0 else {
      return [
        ParallelLoop(taps * blocks) { task in
          let (tap, block) = (task / blocks, task % blocks)
          withUnsafePointer(to: g) {
            table.weight_gradient(
              $0, input.base, output.base, gradient, 0, rows, tap, tap + 1, block, block + 1)
          }
        }
      ]
    }
    let parts = WorkPartition(units: rows, tasks: min(rows, ConvolutionGeometry.gradientParts))
    return [
      ParallelLoop(parts.tasks) { task in
        let (begin, end) = parts.range(task)
        let partial = scratch + task * count
        partial.update(repeating: 0, count: count)
        withUnsafePointer(to: g) {
          if isDepthwise {
            table.depthwise_weight_gradient($0, input.base, output.base, partial, begin, end)
          } else {
            table.weight_gradient(
              $0, input.base, output.base, partial, begin, end, 0, taps, 0, blocks)
          }
        }
      },
      ParallelLoop(serial: {
        for task in 0..<parts.tasks {
          let partial = scratch + task * count
          for index in 0..<count { gradient[index] += partial[index] }
        }
      }),
    ]
  }

  /// Adds the gradient by the bias: the sum of the output's gradient over all pixels, per channel.
  func biasGradient(
    _ outputGradient: View, to gradient: UnsafeMutablePointer<Float>
  ) -> ParallelLoop {
    // Channels that one task sums: one vector.
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
