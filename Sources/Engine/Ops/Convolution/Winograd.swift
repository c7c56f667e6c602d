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
  /// True if the weights are those of a convolution from target to source.
  let isTransposed: Bool
  /// The output size m of a tile: 4 or 6.
  let tile: Int
  /// The number of tiles of all images.
  let tiles: Int
  let table: gk_winograd_table
  let precision: Precision

  /// Elements of a transformed tile: (m + 2)^2.
  var elements: Int { (tile + 2) * (tile + 2) }

  /// Padding after the rows of each element, in floats.
  private static let elementMargin = 16
  /// Channels that are multiplied at a time, a multiple of every vector width: their transformed
  /// weights stay in the L2 cache.
  private static let chunk = 64
  /// Limits in floats: of the transformed inputs of a group of tiles, which stay in the L3 cache; of
  /// the products of a task, which stay in the L2 cache; and of the transformed weights that are
  /// kept rather than transformed for each task.
  private static let groupFloats = 5 << 18
  private static let productFloats = 100 << 10
  private static let preparedFloats = 9 << 18
  /// Granularity of the tiles per task; the register tile has 6 or 12 rows.
  private static let taskTiles = 12
  /// The number of tasks from which each can run all steps on its own tiles.
  private static let fusedTasks = 16

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
    isTransposed = direction == .transposed
    self.tile = tile
    self.table = table
    precision = kernels.precision
    tiles = target.n * ((target.h + tile - 1) / tile) * ((target.w + tile - 1) / tile)
  }

  // MARK: Cost

  /// Costs in multiply-adds, fitted to measurements with AVX2 and AVX-512 on two processors: the
  /// transform of one channel of a tile, per element; loading or transforming one weight; and the
  /// number of rows below which a matrix product gets no cheaper.
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

  /// The speed of direct convolution relative to `f32`: the dot products of bfloat16 add two
  /// products at a time.
  private var directSpeed: Int { precision == .bf16 ? 2 : 1 }

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
    return best.cost < definition / best.directSpeed ? best : nil
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
      return own < 9 * one.products * one.target.pixels / one.directSpeed ? one : nil
    }
  }

  // MARK: Memory, in floats

  /// Channels rounded up to a multiple of 16, the widest vector.
  private static func padded(_ channels: Int) -> Int { (channels + 15) / 16 * 16 }

  /// Size of the transformed inputs or gradients of tiles, in chunks of channels.
  private func elementsCount(tiles: Int, channels: Int, chunk: Int) -> Int {
    let chunks = (channels + chunk - 1) / chunk
    return elements * (tiles * Self.padded(channels) + Self.elementMargin * chunks)
  }

  /// Output channels per block, whose products a task computes.
  var blockChannels: Int { table.block_channels() }
  var blocks: Int { (target.c + blockChannels - 1) / blockChannels }
  var chunk: Int { Self.chunk }
  var chunks: Int { (source.c + chunk - 1) / chunk }

  /// Size of the transformed weights of one block and chunk.
  var transformedCount: Int { elements * (chunk * blockChannels + Self.elementMargin) }
  /// True if the weights are transformed once; otherwise each task transforms those that it needs.
  var isPrepared: Bool { transformedCount * blocks * chunks <= Self.preparedFloats }

  /// Size of the prepared weights: transformed or, for the transposed direction, turned ones.
  var packedCount: Int {
    if isPrepared { return transformedCount * blocks * chunks + turnedCount }
    return turnedCount
  }
  /// Size of the turned weights.
  var turnedCount: Int { isTransposed ? 9 * source.c * target.c : 0 }

  /// True if each task also transforms its inputs, which then stay in the L2 cache; otherwise the
  /// inputs are transformed first, and tasks compute blocks of channels of more tiles, so that weights
  /// are transformed or loaded less often.
  var isFused: Bool { isPrepared && tiles >= Self.fusedTasks * Self.taskTiles }

  /// The groups of tiles that are transformed at a time.
  var groups: WorkPartition {
    let total = elementsCount(tiles: tiles, channels: source.c, chunk: chunk)
    let groups = isFused ? 1 : (total + Self.groupFloats - 1) / Self.groupFloats
    return WorkPartition(units: tiles, tasks: min(tiles, groups))
  }

  /// Tiles per task.
  var tilesPerTask: Int {
    if isFused { return Self.taskTiles }
    let fitting = Self.productFloats / elements / blockChannels
    return max(1, fitting / Self.taskTiles) * Self.taskTiles
  }

  /// Size of the memory of a task for transformed inputs and, if they are not kept, weights.
  var transformedWorkspace: Int {
    isFused
      ? elementsCount(tiles: tilesPerTask, channels: source.c, chunk: chunk)
      : isPrepared ? 0 : transformedCount
  }

  /// Scratch memory of each thread.
  var workspaceCount: Int {
    transformedWorkspace + elements * (tilesPerTask * blockChannels + Self.elementMargin)
  }

  /// Scratch memory shared by all threads: the transformed inputs of a group.
  var scratchCount: Int {
    let tilesPerGroup = (tiles + groups.tasks - 1) / groups.tasks
    return isFused ? 0 : elementsCount(tiles: tilesPerGroup, channels: source.c, chunk: chunk)
  }

  /// Tiles whose products are summed at a time for the weight gradient.
  var tilesPerSum: Int {
    min(tiles, max(128, (1 << 20) / elements / (Self.padded(source.c) + Self.padded(target.c))))
  }

  /// Size of the sums over tiles.
  var sumCount: Int { elements * products }

  /// Size of the transformed inputs or output gradients of the tiles of one sum.
  func summedCount(channels: Int) -> Int {
    elementsCount(tiles: tilesPerSum, channels: channels, chunk: Self.padded(channels))
  }

  /// Scratch memory of the weight gradient.
  var weightScratchCount: Int {
    sumCount + summedCount(channels: source.c) + summedCount(channels: target.c)
  }
}
