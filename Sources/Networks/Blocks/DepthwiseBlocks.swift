import Engine

extension Scope {
  /// A depthwise separable convolution: a depthwise convolution followed by a 1x1 convolution.
  ///
  /// n, h, w, c -> n, h / stride, w / stride, `channels` (Howard et al. 2017, "MobileNets", figure
  /// 2). Parameter scopes: `dw`, `pw`.
  func depthwiseSeparable(
    _ x: Value, _ channels: Int, kernel: Extent = 3, stride: Extent = 1, style: NormStyle
  ) -> Value {
    let spatial = self["dw"].convNormActivation(
      x, x.shape.c, kernel: kernel, stride: stride, depthwise: true, style: style)
    return self["pw"].convNormActivation(spatial, channels, kernel: 1, style: style)
  }

  /// An inverted residual block: 1x1 expansion, depthwise convolution, linear 1x1 projection, and a
  /// residual connection.
  ///
  /// n, h, w, c -> n, h / stride, w / stride, `channels` (Sandler et al. 2018, "MobileNetV2",
  /// figure 3b), with `expansion * c` channels in between. The input is added if the shapes are
  /// equal. Parameter scopes: `expand`, `dw`, `project`.
  func invertedResidual(
    _ x: Value, _ channels: Int, expansion: Int = 2, kernel: Extent = 3, stride: Extent = 1,
    style: NormStyle
  ) -> Value {
    let width = x.shape.c * expansion
    let wide = self["expand"].convNormActivation(x, width, kernel: 1, style: style)
    let spatial = self["dw"].convNormActivation(
      wide, width, kernel: kernel, stride: stride, depthwise: true, style: style)
    let y = self["project"].convNormActivation(
      spatial, channels, kernel: 1, style: style, activates: false)
    return y.shape == x.shape ? self["add"].apply(Add(), x, y) : y
  }
}
