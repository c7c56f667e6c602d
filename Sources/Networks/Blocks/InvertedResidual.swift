import Engine

/// Widen by a 1x1 convolution, convolve each channel, narrow again without activation, and add.
///
/// n, h, w, c -> n, h / stride, w / stride, `channels` (Sandler et al. 2018, "MobileNetV2", figure
/// 3b). The input is added where the shapes allow it. Parameters lie under `expand`, `dw`, `project`.
package struct InvertedResidual: Sendable {
  let channels: Int
  let expansion: Int
  let kernel: Extent
  let stride: Extent
  let style: NormStyle

  /// - Parameter expansion: Factor of the input's channels in between.
  package init(
    _ channels: Int, expansion: Int = 2, kernel: Extent = 3, stride: Extent = 1, style: NormStyle
  ) {
    self.channels = channels
    self.expansion = expansion
    self.kernel = kernel
    self.stride = stride
    self.style = style
  }

  package func callAsFunction(_ x: Value, _ scope: Scope) -> Value {
    let width = x.shape.c * expansion
    let expand = ConvNormActivation(width, kernel: 1, style: style)
    let spatial = ConvNormActivation(
      width, kernel: kernel, stride: stride, depthwise: true, style: style)
    let project = ConvNormActivation(channels, kernel: 1, style: style, activates: false)
    let y = project(spatial(expand(x, scope["expand"]), scope["dw"]), scope["project"])
    return y.shape == x.shape ? scope["add"].apply(Add(), x, y) : y
  }
}
