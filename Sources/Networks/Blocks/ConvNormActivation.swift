import Engine

/// The normalization and activation settings of a network.
struct NormStyle: Hashable, Sendable {
  /// The activation after each normalization.
  var activation: Activation
  /// The epsilon of batch normalization, added to the variance.
  var epsilon: Float = 1e-5
  /// The momentum of the running statistics, 0...1 (PyTorch's convention: the weight of the batch).
  var momentum: Float = 0.1

  /// The settings of torchvision's ResNets (He et al. 2015).
  static let resnet = NormStyle(activation: .relu)
  /// For small detectors trained from scratch: hard-swish, with YOLOX's epsilon and momentum.
  static let compact = NormStyle(activation: .hardSwish, epsilon: 1e-3, momentum: 0.03)

  /// A batch normalization, optionally with the activation.
  func norm(_ channels: Int, activates: Bool = true) -> BatchNorm {
    BatchNorm(
      channels: channels, epsilon: epsilon, momentum: momentum,
      activation: activates ? activation : .identity)
  }
}

extension Scope {
  /// Convolution, batch normalization, activation.
  ///
  /// n, h, w, c -> n, h / stride, w / stride, `channels`. A depthwise block keeps the number of
  /// channels. Parameter scopes: `conv`, `bn`.
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
