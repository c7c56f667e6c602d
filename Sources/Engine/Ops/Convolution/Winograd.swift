import CGlimpseKernels

/// A 3x3 convolution of stride 1 as Winograd's F(m x m, 3x3) runs it: with tiles of 4x4 outputs a
/// quarter of the products, with 6x6 a fifth.
///
/// The choice of the algorithm and of its tiles follows from the shape of one image, never from the
/// batch size or from timing, so that an image gives the same bits in every batch and run. Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks".
struct Winograd {
  let source: Shape
  let target: Shape
  /// Zeros above and left of the source.
  let padding: Extent
  /// Outputs of a tile in each direction: 4 or 6.
  let tile: Int
  /// Tiles that cover the target, of all images.
  let tiles: Int
  let table: gk_winograd_table
  /// Output channels of a block of packed weights, and the number of blocks.
  let blockChannels, blocks: Int

  /// Elements of a transformed tile.
  var elements: Int { (tile + 2) * (tile + 2) }

  /// Floats between the elements of neighboring tiles, at most (`gk_winograd_table.element_stride`).
  private static let elementMargin = 16
  /// Channels of a block of packed weights, at most.
  private static let largestBlock = 64
  /// Work that small is cut by elements and blocks, with all tiles transformed at once; larger work is
  /// cut by tiles, so that intermediate results stay in a thread's own cache.
  private static let stagedFloats = 2 << 20
  private static let workspaceFloats = 192 << 10
  /// The register tile is 6 or 12 rows.
  private static let taskTiles = 12

  /// Nil where the geometry does not allow it.
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

  /// Multiply-adds that a step costs besides, fitted to measurements with AVX2 and AVX-512 on two
  /// processors: the transform of one channel of a tile, per element; the transfer of one packed weight
  /// from memory; and the rows below which a matrix product gets no cheaper.
  private static let elementCost = 18
  private static let weightCost = 8
  private static let leastRows = 12
  private static let sumCost = 40

  /// The transform of one channel of a tile.
  var transformCost: Int { Self.elementCost * elements }
  private var products: Int { source.c * Self.padded(target.c) }
  private func transforms(_ tiles: Int) -> Int {
    tiles * transformCost * (Self.padded(source.c) + Self.padded(target.c))
  }
  /// Of one image.
  private var cost: Int {
    let tiles = tiles / target.n
    return elements * products * Self.rows(tiles) + transforms(tiles)
  }

  /// What a matrix product of that many rows costs, in rows.
  private static func rows(_ count: Int) -> Int { max(count, leastRows) + weightCost }

  /// The faster of the two sizes of tiles; nil where the definition's own products are faster.
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

  /// The same for the gradient by the weights, which takes tiles of 4x4. It is a sum over the images
  /// of a batch, so the choice may follow from all of them.
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

  /// Channels up to a whole vector of at most 16.
  private static func padded(_ channels: Int) -> Int { (channels + 15) / 16 * 16 }

  private func elementsCount(tiles: Int, channels: Int) -> Int {
    elements * (tiles * Self.padded(channels) + Self.elementMargin)
  }

  /// Packed weights.
  var packedCount: Int { elements * products }

  var isStaged: Bool {
    elements * tiles * (Self.padded(source.c) + Self.padded(target.c)) <= Self.stagedFloats
  }

  /// Tiles that one task takes through all three steps.
  var tilesPerTask: Int {
    let fitting = Self.workspaceFloats / elements / (Self.padded(source.c) + Self.largestBlock)
    return max(1, fitting / Self.taskTiles) * Self.taskTiles
  }

  /// Memory of each thread.
  var workspaceCount: Int {
    guard !isStaged else { return 0 }
    return elementsCount(tiles: tilesPerTask, channels: source.c)
      + elementsCount(tiles: tilesPerTask, channels: Self.largestBlock)
  }

  /// Memory that all threads use together.
  var scratchCount: Int {
    guard isStaged else { return 0 }
    // Each block of products has a margin, and its channels are padded on their own.
    let blocks = (target.c + Self.largestBlock - 1) / Self.largestBlock
    return elementsCount(tiles: tiles, channels: source.c)
      + elements * tiles * (Self.padded(target.c) + 16 * blocks)
      + elements * Self.elementMargin * Self.padded(target.c) / 16
  }

  /// Tiles whose products are summed at a time for the gradient by the weights.
  var tilesPerSum: Int {
    min(tiles, max(128, (1 << 20) / elements / (Self.padded(source.c) + Self.padded(target.c))))
  }

  /// Memory for the gradient by the weights.
  var weightScratchCount: Int {
    packedCount + elementsCount(tiles: tilesPerSum, channels: source.c)
      + elementsCount(tiles: tilesPerSum, channels: target.c)
  }
}
