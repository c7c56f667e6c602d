import Engine

extension Scope {
  /// A backbone of depthwise blocks with 0.6 M parameters, for training from scratch on a CPU.
  ///
  /// Input n, h, w, 3; features of 64, 128 and 256 channels. The stages at strides 2 and 4, where
  /// training is memory-bound, have few channels; small feature maps use 5x5 kernels.
  func compactBackbone(_ x: Value) -> BackboneFeatures {
    let stem = self["stem"].convNormActivation(x, 16, kernel: 3, stride: 2, style: .compact)
    let stride4 = self["stage1"].stage(stem, 32, kernel: 3, residuals: 1)
    let stride8 = self["stage2"].stage(stride4, 64, kernel: 3, residuals: 2)
    let stride16 = self["stage3"].stage(stride8, 128, kernel: 5, residuals: 3)
    let top = self["stage4"].stage(stride16, 256, kernel: 5, residuals: 1)
    let stride32 = self["pyramid"].sppf(top, 256, style: .compact)
    return BackboneFeatures(stride8: stride8, stride16: stride16, stride32: stride32)
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
