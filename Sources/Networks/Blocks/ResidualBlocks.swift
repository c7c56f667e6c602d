import Engine

extension Scope {
  /// A basic residual block: two 3x3 convolutions and a residual connection.
  ///
  /// n, h, w, c -> n, h / stride, w / stride, `channels` (He et al. 2015, "Deep Residual Learning",
  /// figure 5 left). Names are torchvision's: `conv1`, `bn1`, `conv2`, `bn2`, `downsample.0`, `.1`.
  func basicResidual(
    _ x: Value, _ channels: Int, stride: Extent = 1, style: NormStyle = .resnet
  ) -> Value {
    let convolutions = [
      Convolution(x.shape.c, channels, kernel: 3, stride: stride),
      Convolution(channels, channels, kernel: 3),
    ]
    return residual(x, convolutions, stride: stride, style: style)
  }

  /// A bottleneck block: 1x1 reduction, 3x3 convolution, 1x1 expansion by 4, and a residual
  /// connection.
  ///
  /// n, h, w, c -> n, h / stride, w / stride, 4 * `width` (He et al. 2015, "Deep Residual
  /// Learning", figure 5 right, with the stride on the 3x3 as in torchvision). Names are
  /// torchvision's.
  func bottleneck(
    _ x: Value, _ width: Int, stride: Extent = 1, style: NormStyle = .resnet
  ) -> Value {
    let convolutions = [
      Convolution(x.shape.c, width, kernel: 1),
      Convolution(width, width, kernel: 3, stride: stride),
      Convolution(width, 4 * width, kernel: 1),
    ]
    return residual(x, convolutions, stride: stride, style: style)
  }

  /// A sequence of normalized convolutions; the input is added before the last activation, through
  /// a 1x1 convolution if the shape changes.
  private func residual(
    _ x: Value, _ convolutions: [Convolution], stride: Extent, style: NormStyle
  ) -> Value {
    var y = x
    for (number, convolution) in zip(1..., convolutions) {
      y = self["conv\(number)"].apply(convolution, y)
      let norm = style.norm(y.shape.c, activates: number < convolutions.count)
      y = self["bn\(number)"].apply(norm, y)
    }
    var shortcut = x
    if stride != 1 || x.shape.c != y.shape.c {
      let projection = Convolution(x.shape.c, y.shape.c, kernel: 1, stride: stride)
      shortcut = self["downsample"][0].apply(projection, x)
      shortcut = self["downsample"][1].apply(style.norm(y.shape.c, activates: false), shortcut)
    }
    y = self["add"].apply(Add(), y, shortcut)
    return self["act"].apply(ActivationOp(style.activation), y)
  }
}
