import CGlimpseKernels

/// Winograd's F(m x m, 3x3) for 3x3 convolutions of stride 1 (Lavin and Gray 2016, "Fast Algorithms
/// for Convolutional Neural Networks").
///
/// Tiles of 4x4 outputs need a quarter of the multiplications of direct convolution, tiles of 6x6 a
/// fifth. The algorithm and tile size are chosen by the shape of one image, never by batch size or
/// timing, so an image gives bit-identical results in every batch and run.
struct Winograd {
  let source: Shape
  let target: Shape
  /// Padding at the top and left of the source.
  let padding: Extent
  /// The output size m of a tile: 4 or 6.
  let tile: Int
  /// The number of tiles of all images.
  let tiles: Int
  let table: gk_winograd_table
  /// Output channels per block of packed weights, and the number of blocks.
  let blockChannels, blocks: Int

  /// Elements of a transformed tile: (m + 2)^2.
  var elements: Int { (tile + 2) * (tile + 2) }

  /// Upper bound of the padding after each element plane, in floats
  /// (`gk_winograd_table.element_stride`).
  private static let elementMargin = 16
  /// The maximum number of channels per block of packed weights.
  private static let largestBlock = 64
  /// Convolutions with intermediate results up to this size, in floats, run in stages on all tiles.
  /// Larger ones are partitioned by tiles, so that intermediate results stay in each core's cache.
  private static let stagedFloats = 2 << 20
  private static let workspaceFloats = 192 << 10
  /// Granularity of the tiles per task; the register tile has 6 or 12 rows.
  private static let taskTiles = 12

  /// Returns nil unless this is a 3x3 convolution of stride 1 without dilation and groups, and the
  /// instruction set has Winograd kernels.
  init?(
    _ geometry: ConvolutionGeometry, _ direction: ConvolutionDirection, input: Shape,
    output: Shape, tile: Int, kernels: Kernels
  ) {
    guard let table = kernels.winograd,
      geometry.kernel == 3, geometry.stride == 1, geometry.dilation == 1, geometry.groups == 1,
      max(geometry.padding.h, geometry.padding.w) <= 2
    else { return nil }
    switch direction {
    case .forward:
      (source, target, padding) = (input, output, geometry.padding)
    case .transposed:
      (source, target) = (output, input)
      padding = Extent(h: 2 - geometry.padding.h, w: 2 - geometry.padding.w)
    }
    self.tile = tile
    self.table = table
    blockChannels = kernels.convolution.block_channels(target.c)
    blocks = (target.c + blockChannels - 1) / blockChannels
    tiles = target.n * ((target.h + tile - 1) / tile) * ((target.w + tile - 1) / tile)
  }

  // MARK: Cost

  /// Costs in multiply-adds, fitted to measurements with AVX2 and AVX-512 on two processors: the
  /// transform of one channel of a tile, per element; loading one packed weight from memory; and
  /// the number of rows below which a matrix product gets no cheaper.
  private static let elementCost = 18
  private static let weightCost = 8
  private static let leastRows = 12
  private static let sumCost = 40

  /// The cost of transforming one channel of a tile, in multiply-adds.
  var transformCost: Int { Self.elementCost * elements }
  private var products: Int { source.c * Self.padded(target.c) }
  private func transforms(_ tiles: Int) -> Int {
    tiles * transformCost * (Self.padded(source.c) + Self.padded(target.c))
  }
  /// The cost of one image, in multiply-adds.
  private var cost: Int {
    let tiles = tiles / target.n
    return elements * products * Self.rows(tiles) + transforms(tiles)
  }

  /// The effective number of rows of a matrix product with `count` rows.
  private static func rows(_ count: Int) -> Int { max(count, leastRows) + weightCost }

  /// The faster of the two tile sizes; nil if direct convolution is faster.
  static func fastest(
    _ geometry: ConvolutionGeometry, _ direction: ConvolutionDirection, input: Shape,
    output: Shape, kernels: Kernels
  ) -> Winograd? {
    let sizes = [4, 6].compactMap {
      Winograd(geometry, direction, input: input, output: output, tile: $0, kernels: kernels)
    }
    guard let best = sizes.min(by: { $0.cost < $1.cost }) else { return nil }
    let definition = 9 * best.products * rows(best.target.h * best.target.w)
    return best.cost < definition ? best : nil
  }

  /// The algorithm for the weight gradient with 4x4 tiles; nil if the direct one is faster. The
  /// gradient is a sum over the batch, so the choice may depend on the batch size.
  static func forWeights(
    _ geometry: ConvolutionGeometry, input: Shape, output: Shape, kernels: Kernels
  ) -> Winograd? {
    Winograd(
      geometry, .forward, input: input, output: output, tile: 4, kernels: kernels
    ).flatMap { one in
      let own = one.elements * one.products * (one.tiles + sumCost) + one.transforms(one.tiles)
      return own < 9 * one.products * one.target.pixels ? one : nil
    }
  }

  // MARK: Memory, in floats, enough for any instruction set

  /// Channels rounded up to a multiple of 16, the widest vector.
  private static func padded(_ channels: Int) -> Int { (channels + 15) / 16 * 16 }

  private func elementsCount(tiles: Int, channels: Int) -> Int {
    elements * (tiles * Self.padded(channels) + Self.elementMargin)
  }

  /// Size of the packed weights.
  var packedCount: Int { elements * products }

  var isStaged: Bool {
    elements * tiles * (Self.padded(source.c) + Self.padded(target.c)) <= Self.stagedFloats
  }

  /// Tiles per task, for tasks that run all three stages.
  var tilesPerTask: Int {
    let fitting = Self.workspaceFloats / elements / (Self.padded(source.c) + Self.largestBlock)
    return max(1, fitting / Self.taskTiles) * Self.taskTiles
  }

  /// Scratch memory of each thread.
  var workspaceCount: Int {
    guard !isStaged else { return 0 }
    return elementsCount(tiles: tilesPerTask, channels: source.c)
      + elementsCount(tiles: tilesPerTask, channels: Self.largestBlock)
  }

  /// Scratch memory shared by all threads.
  var scratchCount: Int {
    guard isStaged else { return 0 }
    // Each block of products is padded separately.
    let blocks = (target.c + Self.largestBlock - 1) / Self.largestBlock
    return elementsCount(tiles: tiles, channels: source.c)
      + elements * tiles * (Self.padded(target.c) + 16 * blocks)
      + elements * Self.elementMargin * Self.padded(target.c) / 16
  }

  /// Tiles whose products are summed at a time for the weight gradient.
  var tilesPerSum: Int {
    min(tiles, max(128, (1 << 20) / elements / (Self.padded(source.c) + Self.padded(target.c))))
  }

  /// Scratch memory of the weight gradient.
  var weightScratchCount: Int {
    packedCount + elementsCount(tiles: tilesPerSum, channels: source.c)
      + elementsCount(tiles: tilesPerSum, channels: target.c)
  }
}
