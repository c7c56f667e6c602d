import Engine

/// The channels and depths of a compact detector.
struct CompactLayout: Sendable {
  /// The stages at strides 4, 8, 16 and 32: output channels, kernel of the residual blocks, and their
  /// number.
  var stages: [(channels: Int, kernel: Extent, residuals: Int)]
  /// The channels of the stem.
  var stem = 16
  /// The channels of neck and head.
  var width = 96
}

extension Scope {
  /// A backbone of depthwise blocks, for training from scratch on a CPU.
  ///
  /// Input n, h, w, 3. The stages at strides 2 and 4, where training is memory-bound, have few
  /// channels; small feature maps use 5x5 kernels.
  func compactBackbone(_ x: Value, _ layout: CompactLayout) -> BackboneFeatures {
    var y = self["stem"].convNormActivation(
      x, layout.stem, kernel: 3, stride: 2, style: .compact)
    let maps = layout.stages.enumerated().map { index, stage in
      y = self["stage\(index + 1)"].stage(
        y, stage.channels, kernel: stage.kernel, residuals: stage.residuals)
      return y
    }
    let stride32 = self["pyramid"].sppf(maps[3], maps[3].shape.c, style: .compact)
    return BackboneFeatures(stride8: maps[1], stride16: maps[2], stride32: stride32)
  }

  /// A stage: a block of stride 2, then residual blocks.
  private func stage(_ x: Value, _ channels: Int, kernel: Extent, residuals: Int) -> Value {
    var y = self["down"].depthwiseSeparable(x, channels, stride: 2, style: .compact)
    for index in 0..<residuals {
      y = self[index].invertedResidual(y, channels, kernel: kernel, style: .compact)
    }
    return y
  }

  /// SPPF: the input and three successive 5x5 max pools, concatenated.
  ///
  /// n, h, w, c -> n, h, w, `channels` (YOLOv5's fast form of He et al. 2014, "Spatial Pyramid
  /// Pooling": two 5x5 pools cover 9x9, three cover 13x13). Parameter scopes: `reduce`, `project`.
  func sppf(_ x: Value, _ channels: Int, style: NormStyle) -> Value {
    var levels = [self["reduce"].convNormActivation(x, x.shape.c / 2, kernel: 1, style: style)]
    for round in 1...3 {
      let pool = MaxPool(kernel: 5, stride: 1, padding: 2)
      levels.append(self["pool\(round)"].apply(pool, levels[round - 1]))
    }
    let joined = self["concat"].apply(Concat(), levels)
    return self["project"].convNormActivation(joined, channels, kernel: 1, style: style)
  }
}
