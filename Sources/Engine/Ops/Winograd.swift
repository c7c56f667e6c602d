import CGlimpseKernels

/// A 3x3 convolution of stride 1 as Winograd's F(4x4, 3x3) runs it: a quarter of the products.
///
/// Which algorithm runs is decided by shapes alone, never by timing, so that a network gives the
/// same bits in every run. Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks".
struct Winograd {
  let source: Shape
  let target: Shape
  /// Zeros above and left of the source.
  let padding: Extent
  /// Tiles of 4x4 outputs.
  let tiles: Int

  /// Places of a tile: 6x6.
  static let places = 36
  /// Floats between the places of neighboring tiles, at most (`gk_winograd_table.place_stride`).
  private static let placeMargin = 16
  /// Channels of a block of packed weights, at most.
  private static let blockChannels = 64
  /// Work that small is cut by places and blocks, with all tiles transformed at once; larger work is
  /// cut by tiles, so that what lies between the three steps stays in a thread's own cache.
  private static let stagedFloats = 2 << 20
  private static let workspaceFloats = 192 << 10
  /// The register tile is 6 or 12 rows.
  private static let taskTiles = 12

  /// Nil where the shape does not allow it, or the definition's own products are faster.
  init?(
    _ geometry: ConvolutionGeometry, _ direction: ConvolutionDirection, large: Shape, small: Shape
  ) {
    guard
      geometry.kernel == 3, geometry.stride == 1, geometry.dilation == 1, geometry.groups == 1,
      max(geometry.padding.h, geometry.padding.w) <= 2
    else { return nil }
    switch direction {
    case .forward:
      (source, target, padding) = (large, small, geometry.padding)
    case .transposed:
      (source, target) = (small, large)
      padding = Extent(h: 2 - geometry.padding.h, w: 2 - geometry.padding.w)
    }
    tiles = target.n * ((target.h + 3) / 4) * ((target.w + 3) / 4)
  }

  // MARK: Cost

  /// Multiply-adds that a step costs besides, fitted to measurements with AVX2 and AVX-512 on two
  /// processors: one transform of one channel of a tile, and the way of one packed weight from
  /// memory, below which a matrix product with few rows cannot fall.
  static let transformCost = 650
  private static let weightCost = 20
  private static let sumCost = 40

  private var products: Int { source.c * Self.padded(target.c) }

  /// True where it is faster than the definition.
  var isFaster: Bool {
    let transforms = tiles * Self.transformCost * (Self.padded(source.c) + Self.padded(target.c))
    let own = Self.places * products * max(tiles, Self.weightCost) + transforms
    return own < 9 * products * max(target.pixels, Self.weightCost)
  }

  /// True where it is faster for the gradient by the weights.
  var isFasterForWeights: Bool {
    let transforms = tiles * Self.transformCost * (Self.padded(source.c) + Self.padded(target.c))
    let own = Self.places * products * (tiles + Self.sumCost) + transforms
    return own < 9 * products * target.pixels
  }

  // MARK: Memory, in floats, enough for any instruction set

  /// Channels up to a whole vector of at most 16.
  private static func padded(_ channels: Int) -> Int { (channels + 15) / 16 * 16 }

  private static func placesCount(tiles: Int, channels: Int) -> Int {
    places * (tiles * padded(channels) + placeMargin)
  }

  /// Packed weights.
  var packedCount: Int { Self.places * products }

  var isStaged: Bool {
    Self.places * tiles * (Self.padded(source.c) + Self.padded(target.c)) <= Self.stagedFloats
  }

  /// Tiles that one task takes through all three steps.
  var tilesPerTask: Int {
    let fitting = Self.workspaceFloats / Self.places / (Self.padded(source.c) + Self.blockChannels)
    return max(1, fitting / Self.taskTiles) * Self.taskTiles
  }

  /// Memory of each thread.
  var workspaceCount: Int {
    guard !isStaged else { return 0 }
    return Self.placesCount(tiles: tilesPerTask, channels: source.c)
      + Self.placesCount(tiles: tilesPerTask, channels: Self.blockChannels)
  }

  /// Memory that all threads share.
  var scratchCount: Int {
    guard isStaged else { return 0 }
    // Each block of products has a margin, and its channels are padded on their own.
    let blocks = (target.c + Self.blockChannels - 1) / Self.blockChannels
    return Self.placesCount(tiles: tiles, channels: source.c)
      + Self.places * tiles * (Self.padded(target.c) + 16 * blocks)
      + Self.places * Self.placeMargin * Self.padded(target.c) / 16
  }

  /// Tiles whose products are summed at a time for the gradient by the weights.
  var tilesPerSum: Int {
    min(tiles, max(128, (1 << 20) / Self.places / (Self.padded(source.c) + Self.padded(target.c))))
  }

  /// Memory for the gradient by the weights.
  var weightScratchCount: Int {
    packedCount + Self.placesCount(tiles: tilesPerSum, channels: source.c)
      + Self.placesCount(tiles: tilesPerSum, channels: target.c)
  }
}
