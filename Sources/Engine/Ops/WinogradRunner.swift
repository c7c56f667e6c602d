import CGlimpseKernels

/// Splits the steps of Winograd's algorithm over the pool.
struct WinogradRunner {
  private let winograd: Winograd
  private let table: gk_winograd_table
  private let pool: ThreadPool
  private let descriptor: gk_winograd
  /// Output channels of a block of packed weights, and the number of blocks.
  private let blockChannels: Int
  private let blocks: Int

  /// Binds the algorithm to tensors whose pixels are that many floats apart.
  init(
    _ winograd: Winograd, table: gk_winograd_table, kernels: Kernels, pool: ThreadPool,
    sourceStride: Int, targetStride: Int, zeros: UnsafePointer<Float>?
  ) {
    self.winograd = winograd
    self.table = table
    self.pool = pool
    let (source, target) = (winograd.source, winograd.target)
    descriptor = gk_winograd(
      tile: winograd.tile, n: source.n, input_h: source.h, input_w: source.w, input_c: source.c,
      input_stride: sourceStride, output_h: target.h, output_w: target.w, output_c: target.c,
      output_stride: targetStride, pad_h: winograd.padding.h, pad_w: winograd.padding.w,
      zeros: zeros)
    blockChannels = kernels.convolution.block_channels(target.c)
    blocks = (target.c + blockChannels - 1) / blockChannels
  }

  /// Convolves tensors of floats with packed weights; `scratch` holds `scratchCount` floats.
  func convolve(
    _ input: UnsafeRawPointer, packed: UnsafePointer<Float>, epilogue: gk_epilogue,
    scratch: UnsafeMutablePointer<Float>, to output: UnsafeMutableRawPointer
  ) {
    let input = input.assumingMemoryBound(to: Float.self)
    let output = output.assumingMemoryBound(to: Float.self)
    if winograd.isStaged {
      convolveInStages(input, packed: packed, epilogue: epilogue, scratch: scratch, to: output)
    } else {
      convolveByTiles(input, packed: packed, epilogue: epilogue, to: output)
    }
  }

  /// Each task takes some tiles through all three steps.
  private func convolveByTiles(
    _ input: UnsafePointer<Float>, packed: UnsafePointer<Float>, epilogue: gk_epilogue,
    to output: UnsafeMutablePointer<Float>
  ) {
    var w = descriptor
    let tasks = (winograd.tiles + winograd.tilesPerTask - 1) / winograd.tilesPerTask
    pool.run(tasks) { task, workspace in
      let (begin, end) = WorkPartition.range(of: winograd.tiles, part: task, parts: tasks)
      let stride = table.place_stride(end - begin, w.input_c)
      let productStride = table.place_stride(end - begin, blockChannels)
      let products = workspace + winograd.places * stride
      table.input(&w, input, begin, end, workspace, stride)
      for block in 0..<blocks {
        table.multiply(
          &w, workspace, stride, packed, block, end - begin, 0, winograd.places, products,
          productStride)
        table.output(&w, products, productStride, block, epilogue, output, begin, end)
      }
    }
  }

  /// All tiles take each step together; the products are cut by places and blocks, so that each
  /// packed weight is read once.
  private func convolveInStages(
    _ input: UnsafePointer<Float>, packed: UnsafePointer<Float>, epilogue: gk_epilogue,
    scratch: UnsafeMutablePointer<Float>, to output: UnsafeMutablePointer<Float>
  ) {
    var w = descriptor
    let tiles = winograd.tiles
    let stride = table.place_stride(tiles, w.input_c)
    let productStride = table.place_stride(tiles, blockChannels)
    let products = scratch + winograd.places * stride
    transform(input, begin: 0, end: tiles, to: scratch)
    pool.run(winograd.places * blocks) { task in
      let (block, place) = (task / winograd.places, task % winograd.places)
      table.multiply(
        &w, scratch, stride, packed, block, tiles, place, place + 1,
        products + block * winograd.places * productStride, productStride)
    }
    pool.forEachPart(of: tiles, costPerUnit: winograd.transformCost * w.output_c) { begin, end in
      for block in 0..<blocks {
        let channels = min(blockChannels, w.output_c - block * blockChannels)
        let first = products + block * winograd.places * productStride
        table.output(
          &w, first + rows(begin, channels: channels), productStride, block, epilogue, output,
          begin, end)
      }
    }
  }

  /// Floats of that many tiles at one place.
  private func rows(_ tiles: Int, channels: Int) -> Int {
    table.place_stride(tiles, channels) - table.place_stride(0, channels)
  }

  /// Transforms the inputs of tiles `begin ..< end`.
  private func transform(
    _ input: UnsafePointer<Float>, begin: Int, end: Int, to places: UnsafeMutablePointer<Float>
  ) {
    var w = descriptor
    let stride = table.place_stride(end - begin, w.input_c)
    pool.forEachPart(of: end - begin, costPerUnit: winograd.transformCost * w.input_c) {
      table.input(
        &w, input, begin + $0, begin + $1, places + rows($0, channels: w.input_c), stride)
    }
  }

  /// Adds the gradient by the weights; `scratch` holds `weightScratchCount` floats.
  func weightGradient(
    _ input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, to gradient: UnsafeMutablePointer<Float>
  ) {
    var w = descriptor
    let parts = (winograd.tiles + winograd.tilesPerSum - 1) / winograd.tilesPerSum
    let places = scratch + winograd.packedCount
    for part in 0..<parts {
      let (begin, end) = WorkPartition.range(of: winograd.tiles, part: part, parts: parts)
      let stride = table.place_stride(end - begin, w.input_c)
      let gradientStride = table.place_stride(end - begin, w.output_c)
      let gradients = places + winograd.places * stride
      transform(input, begin: begin, end: end, to: places)
      pool.forEachPart(of: end - begin, costPerUnit: winograd.transformCost * w.output_c) {
        table.gradient(
          &w, outputGradient, begin + $0, begin + $1,
          gradients + rows($0, channels: w.output_c), gradientStride)
      }
      pool.run(winograd.places * blocks) { task in
        table.sum(
          &w, places, stride, gradients, gradientStride, end - begin, task / blocks, task % blocks,
          part > 0 ? 1 : 0, scratch)
      }
    }
    pool.forEachPart(of: w.input_c, costPerUnit: winograd.transformCost * w.output_c) {
      table.weight_gradient(&w, scratch, $0, $1, gradient)
    }
  }
}
