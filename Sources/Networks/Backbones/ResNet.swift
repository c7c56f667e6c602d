import Engine

/// The residual networks of He et al. 2015 ("Deep Residual Learning", table 1), with torchvision's
/// structure and parameter names, so that its public weights can be loaded.
struct ResNet: Sendable {
  /// The number of blocks in each of the four stages.
  let blocks: [Int]
  /// True for bottleneck blocks of three convolutions; false for basic blocks of two.
  let hasBottlenecks: Bool
  private static let widths = [64, 128, 256, 512]

  /// 18 layers, basic blocks.
  static let resnet18 = ResNet(blocks: [2, 2, 2, 2], hasBottlenecks: false)
  /// 34 layers, basic blocks.
  static let resnet34 = ResNet(blocks: [3, 4, 6, 3], hasBottlenecks: false)
  /// 50 layers, bottlenecks.
  static let resnet50 = ResNet(blocks: [3, 4, 6, 3], hasBottlenecks: true)

  /// Appends the backbone: input n, h, w, c; features of 128, 256 and 512 channels (four times as
  /// many with bottlenecks).
  func callAsFunction(_ x: Value, _ scope: Scope) -> BackboneFeatures {
    let maps = levels(x, scope)
    return BackboneFeatures(stride8: maps[2], stride16: maps[3], stride32: maps[4])
  }

  /// Appends the backbone and returns the features at the strides 2, 4, 8, 16 and 32: those of the
  /// stem, then of the stages.
  func levels(_ x: Value, _ scope: Scope) -> [Value] {
    let stem = Convolution(x.shape.c, Self.widths[0], kernel: 7, stride: 2)
    let norm = NormStyle.resnet.norm(Self.widths[0])
    let first = scope["bn1"].apply(norm, scope["conv1"].apply(stem, x))
    var y = scope["maxpool"].apply(MaxPool(kernel: 3, stride: 2, padding: 1), first)
    return [first]
      + blocks.indices.map { index in
        y = stage(index, y, scope["layer\(index + 1)"])
        return y
      }
  }

  private func stage(_ index: Int, _ x: Value, _ scope: Scope) -> Value {
    var y = x
    for block in 0..<blocks[index] {
      let stride: Extent = block == 0 && index > 0 ? 2 : 1
      y =
        hasBottlenecks
        ? scope[block].bottleneck(y, Self.widths[index], stride: stride)
        : scope[block].basicResidual(y, Self.widths[index], stride: stride)
    }
    return y
  }
}

/// The output of a backbone or neck: feature maps at three strides.
struct BackboneFeatures: Sendable {
  /// The feature map at 1/8 of the input size.
  let stride8: Value
  /// The feature map at 1/16 of the input size.
  let stride16: Value
  /// The feature map at 1/32 of the input size.
  let stride32: Value
}
