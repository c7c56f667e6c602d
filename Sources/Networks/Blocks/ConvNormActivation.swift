import Engine

/// Normalization and activation after the convolutions of a network.
struct NormStyle: Hashable, Sendable {
  /// Applied after each normalization.
  var activation: Activation
  /// Added to the variance.
  var epsilon: Float = 1e-5
  /// Momentum of the running statistics, 0...1.
  var momentum: Float = 0.1

  /// The public ResNets' (He et al. 2015).
  static let resnet = NormStyle(activation: .relu)
  /// For small detectors trained from scratch: hard-swish, and YOLOX's slow running statistics.
  static let compact = NormStyle(activation: .hardSwish, epsilon: 1e-3, momentum: 0.03)

  /// The normalization, with its activation or without.
  func norm(_ channels: Int, activates: Bool = true) -> BatchNorm {
    BatchNorm(
      channels: channels, epsilon: epsilon, momentum: momentum,
      activation: activates ? activation : .identity)
  }
}

extension Scope {
  /// Convolution, batch normalization, activation.
  ///
  /// n, h, w, c -> n, h / stride, w / stride, `channels`. Parameters lie under `conv` and `bn`. A
  /// depthwise block keeps the number of channels.
  func convNormActivation(
    _ x: Value, _ channels: Int, kernel: Extent, stride: Extent = 1, depthwise: Bool = false,
    style: NormStyle, activates: Bool = true
  ) -> Value {
    let convolution = Convolution(
      x.shape.c, channels, kernel: kernel, stride: stride, groups: depthwise ? channels : 1)
    let y = self["conv"].apply(convolution, x)
    return self["bn"].apply(style.norm(channels, activates: activates), y)
  }
}
