import Engine

/// Narrow by a 1x1 convolution, convolve 3x3, widen fourfold, and add the input.
///
/// n, h, w, c -> n, h / stride, w / stride, 4 * `width` (He et al. 2015, "Deep Residual Learning",
/// figure 5 right, with the stride on the 3x3 as in torchvision). Names are torchvision's.
package struct Bottleneck: Sendable {
  /// Output channels for each channel of the 3x3 convolution.
  package static let expansion = 4
  let width: Int
  let stride: Extent
  let style: NormStyle

  /// - Parameter width: Channels of the 3x3 convolution.
  package init(_ width: Int, stride: Extent = 1, style: NormStyle = .resnet) {
    self.width = width
    self.stride = stride
    self.style = style
  }

  package func callAsFunction(_ x: Value, _ scope: Scope) -> Value {
    let channels = width * Self.expansion
    var y = scope["conv1"].apply(Convolution(x.shape.c, width, kernel: 1), x)
    y = scope["bn1"].apply(style.norm(width), y)
    y = scope["conv2"].apply(Convolution(width, width, kernel: 3, stride: stride), y)
    y = scope["bn2"].apply(style.norm(width), y)
    y = scope["conv3"].apply(Convolution(width, channels, kernel: 1), y)
    y = scope["bn3"].apply(style.norm(channels, activates: false), y)
    let shortcut = ResidualShortcut(channels, stride: stride, style: style)(x, scope["downsample"])
    y = scope["add"].apply(Add(), y, shortcut)
    return scope["act"].apply(ActivationOp(style.activation), y)
  }
}
