import Engine

/// Two 3x3 convolutions around which the input is added.
///
/// n, h, w, c -> n, h / stride, w / stride, `channels` (He et al. 2015, "Deep Residual Learning",
/// figure 5 left). Names are torchvision's: `conv1`, `bn1`, `conv2`, `bn2`, `downsample.0`, `.1`.
package struct BasicResidual: Sendable {
  let channels: Int
  let stride: Extent
  let style: NormStyle

  package init(_ channels: Int, stride: Extent = 1, style: NormStyle = .resnet) {
    self.channels = channels
    self.stride = stride
    self.style = style
  }

  package func callAsFunction(_ x: Value, _ scope: Scope) -> Value {
    var y = scope["conv1"].apply(Convolution(x.shape.c, channels, kernel: 3, stride: stride), x)
    y = scope["bn1"].apply(style.norm(channels), y)
    y = scope["conv2"].apply(Convolution(channels, channels, kernel: 3), y)
    y = scope["bn2"].apply(style.norm(channels, activates: false), y)
    let shortcut = ResidualShortcut(channels, stride: stride, style: style)(x, scope["downsample"])
    y = scope["add"].apply(Add(), y, shortcut)
    return scope["act"].apply(ActivationOp(style.activation), y)
  }
}

/// The shortcut of a residual block: the input, or a 1x1 convolution of it where the shape changes.
struct ResidualShortcut: Sendable {
  let channels: Int
  let stride: Extent
  let style: NormStyle

  init(_ channels: Int, stride: Extent, style: NormStyle) {
    self.channels = channels
    self.stride = stride
    self.style = style
  }

  func callAsFunction(_ x: Value, _ scope: Scope) -> Value {
    guard stride != 1 || x.shape.c != channels else { return x }
    let y = scope[0].apply(Convolution(x.shape.c, channels, kernel: 1, stride: stride), x)
    return scope[1].apply(style.norm(channels, activates: false), y)
  }
}
