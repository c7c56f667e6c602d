import CGlimpseKernels

extension Winograd {
  /// The C description for tensors in memory and a group of tiles.
  private func descriptor(
    sourceStride: Int, targetStride: Int, group: (begin: Int, end: Int), chunk: Int,
    zeros: UnsafePointer<Float>?
  ) -> gk_winograd {
    gk_winograd(
      tile: tile, n: source.n, input_h: source.h, input_w: source.w, input_c: source.c,
      input_stride: sourceStride, output_h: target.h, output_w: target.w, output_c: target.c,
      output_stride: targetStride, pad_h: padding.h, pad_w: padding.w, first_tile: group.begin,
      tiles: group.end - group.begin, chunk: chunk, zeros: zeros)
  }

  /// Turns the weights for the transposed direction, and transforms them if they are kept.
  func prepare(
    _ weights: UnsafePointer<Float>, to packed: UnsafeMutablePointer<Float>
  ) -> [ParallelLoop] {
    let (table, source, target) = (table, source, target)
    var loops: [ParallelLoop] = []
    let turned = packed + packedCount - turnedCount
    if isTransposed {
      // The source channels are the output channels of the convolution that is turned.
      let work = WorkPartition(units: source.c, costPerUnit: 9 * 4 * target.c)
      loops.append(
        ParallelLoop(work) { begin, end in
          table.turn(target.c, source.c, weights, begin, end, turned)
        })
    }
    guard isPrepared else { return loops }
    let w = descriptor(
      sourceStride: 0, targetStride: 0, group: (0, 0), chunk: chunk, zeros: nil)
    let (chunks, size) = (chunks, transformedCount)
    let plain = isTransposed ? UnsafePointer(turned) : weights
    loops.append(
      ParallelLoop(blocks * chunks, w) { w, task in
        table.weights(w, plain, task / chunks, task % chunks, packed + task * size)
      })
    return loops
  }

  /// Convolves tensors. `weights` are the parameters and `packed` the prepared weights; `scratch`
  /// holds `scratchCount` floats.
  func convolve(
    _ source: View, to target: View, epilogue: gk_epilogue, weights: UnsafePointer<Float>,
    packed: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    zeros: UnsafePointer<Float>
  ) -> [ParallelLoop] {
    let plain = isTransposed ? packed + packedCount - turnedCount : weights
    return (0..<groups.tasks).flatMap { group in
      let w = descriptor(
        sourceStride: source.stride, targetStride: target.stride, group: groups.range(group),
        chunk: chunk, zeros: zeros)
      return isFused
        ? [convolveTiles(w, source, packed: packed, epilogue, to: target)]
        : [
          transform(source, w, to: scratch),
          multiply(w, scratch, plain, packed: packed, epilogue, to: target),
        ]
    }
  }

  /// Transforms the inputs of a group of tiles.
  private func transform(
    _ source: View, _ w: gk_winograd, to elements: UnsafeMutablePointer<Float>
  ) -> ParallelLoop {
    let table = table
    let work = WorkPartition(units: w.tiles, costPerUnit: transformCost * w.input_c)
    return ParallelLoop(work, w) { w, begin, end in
      table.input(w, source.base, begin, end, elements)
    }
  }

  private func taskRanges(_ w: gk_winograd) -> WorkPartition {
    WorkPartition(units: w.tiles, tasks: (w.tiles + tilesPerTask - 1) / tilesPerTask)
  }

  /// Each task computes the outputs of a range of transformed tiles for one block of channels.
  private func multiply(
    _ w: gk_winograd, _ elements: UnsafePointer<Float>, _ weights: UnsafePointer<Float>,
    packed: UnsafePointer<Float>, _ epilogue: gk_epilogue, to target: View
  ) -> ParallelLoop {
    let (table, blocks, chunks, size) = (table, blocks, chunks, transformedCount)
    let (isPrepared, before) = (isPrepared, transformedWorkspace)
    let work = taskRanges(w)
    return ParallelLoop(work.tasks * blocks) { task, workspace in
      let (part, block) = (task / blocks, task % blocks)
      let (begin, end) = work.range(part)
      let products = workspace + before
      withUnsafePointer(to: w) { w in
        for chunk in 0..<chunks {
          var transformed = packed + (block * chunks + chunk) * size
          if !isPrepared {
            table.weights(w, weights, block, chunk, workspace)
            transformed = UnsafePointer(workspace)
          }
          table.multiply(w, elements, begin, end, transformed, block, chunk, products)
        }
        table.output(w, products, block, epilogue, target.base, begin, end)
      }
    }
  }

  /// Each task runs all steps on a range of tiles.
  private func convolveTiles(
    _ w: gk_winograd, _ source: View, packed: UnsafePointer<Float>, _ epilogue: gk_epilogue,
    to target: View
  ) -> ParallelLoop {
    let (table, blocks, chunks, size) = (table, blocks, chunks, transformedCount)
    let (work, before) = (taskRanges(w), transformedWorkspace)
    return ParallelLoop(work.tasks) { task, workspace in
      let (begin, end) = work.range(task)
      var own = w
      (own.first_tile, own.tiles) = (w.first_tile + begin, end - begin)
      let products = workspace + before
      withUnsafePointer(to: own) { w in
        table.input(w, source.base, 0, end - begin, workspace)
        for block in 0..<blocks {
          for chunk in 0..<chunks {
            table.multiply(
              w, workspace, 0, end - begin, packed + (block * chunks + chunk) * size, block, chunk,
              products)
          }
          table.output(w, products, block, epilogue, target.base, 0, end - begin)
        }
      }
    }
  }

  /// Accumulates the weight gradient; `scratch` holds `weightScratchCount` floats and `blocks` is
  /// the number of channel blocks of the convolution table.
  func weightGradient(
    _ input: View, outputGradient: View, blocks: Int, scratch: UnsafeMutablePointer<Float>,
    zeros: UnsafePointer<Float>, to gradient: UnsafeMutablePointer<Float>
  ) -> [ParallelLoop] {
    let (table, elements, sums) = (table, elements, scratch)
    let inputs = sums + sumCount
    let gradients = inputs + summedCount(channels: source.c)
    let parts = WorkPartition(units: tiles, tasks: (tiles + tilesPerSum - 1) / tilesPerSum)
    // All channels are one chunk.
    func descriptor(_ part: Int) -> gk_winograd {
      self.descriptor(
        sourceStride: input.stride, targetStride: outputGradient.stride, group: parts.range(part),
        chunk: (source.c + 15) / 16 * 16, zeros: zeros)
    }
    var loops: [ParallelLoop] = []
    for part in 0..<parts.tasks {
      let w = descriptor(part)
      let work = WorkPartition(units: w.tiles, costPerUnit: transformCost * w.output_c)
      loops += [
        transform(input, w, to: inputs),
        ParallelLoop(work, w) { w, begin, end in
          table.gradient(w, outputGradient.base, begin, end, gradients)
        },
        ParallelLoop(elements * blocks, w) { w, task in
          table.sum(w, inputs, gradients, task / blocks, task % blocks, part > 0 ? 1 : 0, sums)
        },
      ]
    }
    let work = WorkPartition(units: source.c, costPerUnit: transformCost * target.c)
    loops.append(
      ParallelLoop(work, descriptor(0)) { w, begin, end in
        table.weight_gradient(w, sums, begin, end, gradient)
      })
    return loops
  }
}
