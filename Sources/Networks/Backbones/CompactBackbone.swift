import Engine

/// A backbone of depthwise blocks, 0.6 M parameters, for training from scratch on a CPU.
///
/// Input n, h, w, 3; features of 64, 128 and 256 channels. The stages at strides 2 and 4, where
/// training is bound by memory, are thin; the kernels grow to 5x5 where maps are small.
package struct CompactBackbone: Sendable {
  private let style = NormStyle.compact

  package init() {}

  package func callAsFunction(_ x: Value, _ scope: Scope) -> BackboneFeatures {
    var y = ConvNormActivation(16, kernel: 3, stride: 2, style: style)(x, scope["stem"])
    y = stage(y, 32, kernel: 3, residuals: 1, scope["stage1"])
    let stride8 = stage(y, 64, kernel: 3, residuals: 2, scope["stage2"])
    let stride16 = stage(stride8, 128, kernel: 5, residuals: 3, scope["stage3"])
    y = stage(stride16, 256, kernel: 5, residuals: 1, scope["stage4"])
    let stride32 = SPPF(256, style: style)(y, scope["pyramid"])
    return BackboneFeatures(stride8: stride8, stride16: stride16, stride32: stride32)
  }

  /// Halves the size, then refines: the first block is not residual.
  private func stage(
    _ x: Value, _ channels: Int, kernel: Extent, residuals: Int, _ scope: Scope
  ) -> Value {
    var y = DepthwiseSeparable(channels, stride: 2, style: style)(x, scope["down"])
    for index in 0..<residuals {
      y = InvertedResidual(channels, kernel: kernel, style: style)(y, scope[index])
    }
    return y
  }
}
