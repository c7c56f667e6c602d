import Engine

/// Normalization and activation after the convolutions of a network.
package struct NormStyle: Hashable, Sendable {
  /// Applied after each normalization.
  package var activation: Activation
  /// Added to the variance.
  package var epsilon: Float
  /// Momentum of the running statistics, 0...1.
  package var momentum: Float

  package init(activation: Activation, epsilon: Float = 1e-5, momentum: Float = 0.1) {
    self.activation = activation
    self.epsilon = epsilon
    self.momentum = momentum
  }

  /// The public ResNets' (He et al. 2015).
  package static let resnet = NormStyle(activation: .relu)
  /// For small detectors trained from scratch: hard-swish, and YOLOX's slow running statistics.
  package static let compact = NormStyle(activation: .hardSwish, epsilon: 1e-3, momentum: 0.03)

  /// The normalization, with its activation or without.
  func norm(_ channels: Int, activates: Bool = true) -> BatchNorm {
    BatchNorm(
      channels: channels, epsilon: epsilon, momentum: momentum,
      activation: activates ? activation : .identity)
  }
}

/// Convolution, batch normalization, activation.
///
/// n, h, w, c -> n, h / stride, w / stride, `channels`. Parameters lie under `conv` and `bn`.
package struct ConvNormActivation: Sendable {
  let channels: Int
  let kernel: Extent
  let stride: Extent
  let isDepthwise: Bool
  let style: NormStyle
  let activates: Bool

  /// A depthwise block keeps the number of channels.
  package init(
    _ channels: Int, kernel: Extent, stride: Extent = 1, depthwise: Bool = false,
    style: NormStyle, activates: Bool = true
  ) {
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    isDepthwise = depthwise
    self.style = style
    self.activates = activates
  }

  package func callAsFunction(_ x: Value, _ scope: Scope) -> Value {
    let convolution = Convolution(
      x.shape.c, channels, kernel: kernel, stride: stride, groups: isDepthwise ? channels : 1)
    let y = scope["conv"].apply(convolution, x)
    return scope["bn"].apply(style.norm(channels, activates: activates), y)
  }
}
