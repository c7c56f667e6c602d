import CGlimpseKernels

extension Winograd {
  /// The C description for `f32` tensors in memory.
  private func descriptor(
    sourceStride: Int, targetStride: Int, zeros: UnsafePointer<Float>
  ) -> gk_winograd {
    gk_winograd(
      tile: tile, n: source.n, input_h: source.h, input_w: source.w, input_c: source.c,
      input_stride: sourceStride, output_h: target.h, output_w: target.w, output_c: target.c,
      output_stride: targetStride, pad_h: padding.h, pad_w: padding.w, zeros: zeros)
  }

  /// Transforms and packs the weights, block by block.
  func pack(
    _ geometry: ConvolutionGeometry, _ weights: UnsafePointer<Float>, transposed: Int32,
    blocks: Int, to packed: UnsafeMutablePointer<Float>
  ) -> ParallelLoop {
    let (g, table, tile) = (geometry.bareDescriptor, table, tile)
    return ParallelLoop(blocks, g) { g, block in
      table.pack(g, tile, weights, transposed, block, block + 1, packed)
    }
  }

  /// Convolves `f32` tensors with packed weights; `scratch` holds `scratchCount` floats.
  func convolve(
    _ source: View, to target: View, epilogue: gk_epilogue, packed: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, zeros: UnsafePointer<Float>
  ) -> [ParallelLoop] {
    let w = descriptor(sourceStride: source.stride, targetStride: target.stride, zeros: zeros)
    let (input, output) = (source.data, target.data)
    return isStaged
      ? convolveInStages(w, input, packed, epilogue, scratch, to: output)
      : [convolveByTiles(w, input, packed, epilogue, to: output)]
  }

  /// Each task runs all three stages on a range of tiles.
  private func convolveByTiles(
    _ w: gk_winograd, _ input: UnsafePointer<Float>, _ packed: UnsafePointer<Float>,
    _ epilogue: gk_epilogue, to output: UnsafeMutablePointer<Float>
  ) -> ParallelLoop {
    let (table, elements, blocks, blockChannels) = (table, elements, blocks, blockChannels)
    let work = WorkPartition(units: tiles, tasks: (tiles + tilesPerTask - 1) / tilesPerTask)
    return ParallelLoop(work.tasks) { task, workspace in
      let (begin, end) = work.range(task)
      let stride = table.element_stride(end - begin, w.input_c)
      let productStride = table.element_stride(end - begin, blockChannels)
      let products = workspace + elements * stride
      withUnsafePointer(to: w) { w in
        table.input(w, input, begin, end, workspace, stride)
        for block in 0..<blocks {
          table.multiply(
            w, workspace, stride, packed, block, end - begin, 0, elements, products, productStride)
          table.output(w, products, productStride, block, epilogue, output, begin, end)
        }
      }
    }
  }

  /// Each stage runs on all tiles; the multiplication is partitioned by tile elements and channel
  /// blocks, so that each packed weight is read once.
  private func convolveInStages(
    _ w: gk_winograd, _ input: UnsafePointer<Float>, _ packed: UnsafePointer<Float>,
    _ epilogue: gk_epilogue, _ scratch: UnsafeMutablePointer<Float>,
    to output: UnsafeMutablePointer<Float>
  ) -> [ParallelLoop] {
    let (table, tiles, elements) = (table, tiles, elements)
    let (blocks, blockChannels) = (blocks, blockChannels)
    let stride = table.element_stride(tiles, w.input_c)
    let productStride = table.element_stride(tiles, blockChannels)
    let products = scratch + elements * stride
    let outputs = WorkPartition(units: tiles, costPerUnit: transformCost * w.output_c)
    return [
      transform(w, input, begin: 0, end: tiles, to: scratch),
      ParallelLoop(elements * blocks, w) { w, task in
        let (block, element) = (task / elements, task % elements)
        table.multiply(
          w, scratch, stride, packed, block, tiles, element, element + 1,
          products + block * elements * productStride, productStride)
      },
      ParallelLoop(outputs, w) { w, begin, end in
        for block in 0..<blocks {
          let channels = min(blockChannels, w.pointee.output_c - block * blockChannels)
          let first = products + block * elements * productStride
          table.output(
            w, first + rows(begin, channels: channels), productStride, block, epilogue, output,
            begin, end)
        }
      },
    ]
  }

  /// Size of `tiles` tiles at one tile element, in floats.
  private func rows(_ tiles: Int, channels: Int) -> Int {
    table.element_stride(tiles, channels) - table.element_stride(0, channels)
  }

  /// Transforms the inputs of tiles `begin ..< end`.
  private func transform(
    _ w: gk_winograd, _ input: UnsafePointer<Float>, begin: Int, end: Int,
    to elements: UnsafeMutablePointer<Float>
  ) -> ParallelLoop {
    let table = table
    let stride = table.element_stride(end - begin, w.input_c)
    let work = WorkPartition(units: end - begin, costPerUnit: transformCost * w.input_c)
    return ParallelLoop(work, w) { w, first, last in
      table.input(
        w, input, begin + first, begin + last,
        elements + rows(first, channels: w.pointee.input_c), stride)
    }
  }

  /// Accumulates the weight gradient; `scratch` holds `weightScratchCount` floats.
  func weightGradient(
    _ input: View, outputGradient: View, scratch: UnsafeMutablePointer<Float>,
    zeros: UnsafePointer<Float>, to gradient: UnsafeMutablePointer<Float>
  ) -> [ParallelLoop] {
    let w = descriptor(
      sourceStride: input.stride, targetStride: outputGradient.stride, zeros: zeros)
    let (table, blocks, outputGradient) = (table, blocks, outputGradient.data)
    let sums = WorkPartition(units: tiles, tasks: (tiles + tilesPerSum - 1) / tilesPerSum)
    let inputs = scratch + packedCount
    var loops: [ParallelLoop] = []
    for part in 0..<sums.tasks {
      let (begin, end) = sums.range(part)
      let stride = table.element_stride(end - begin, w.input_c)
      let gradientStride = table.element_stride(end - begin, w.output_c)
      let gradients = inputs + elements * stride
      let work = WorkPartition(units: end - begin, costPerUnit: transformCost * w.output_c)
      loops += [
        transform(w, input.data, begin: begin, end: end, to: inputs),
        ParallelLoop(work, w) { w, first, last in
          table.gradient(
            w, outputGradient, begin + first, begin + last,
            gradients + rows(first, channels: w.pointee.output_c), gradientStride)
        },
        ParallelLoop(elements * blocks, w) { w, task in
          table.sum(
            w, inputs, stride, gradients, gradientStride, end - begin, task / blocks,
            task % blocks, part > 0 ? 1 : 0, scratch)
        },
      ]
    }
    let work = WorkPartition(units: w.input_c, costPerUnit: transformCost * w.output_c)
    loops.append(
      ParallelLoop(work, w) { w, begin, end in
        table.weight_gradient(w, scratch, begin, end, gradient)
      })
    return loops
  }
}
