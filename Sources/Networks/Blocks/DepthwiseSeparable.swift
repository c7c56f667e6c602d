import Engine

/// A depthwise convolution over space, then a 1x1 convolution over channels.
///
/// n, h, w, c -> n, h / stride, w / stride, `channels` (Howard et al. 2017, "MobileNets", figure 2).
/// Parameters lie under `dw` and `pw`.
package struct DepthwiseSeparable: Sendable {
  let channels: Int
  let kernel: Extent
  let stride: Extent
  let style: NormStyle

  package init(_ channels: Int, kernel: Extent = 3, stride: Extent = 1, style: NormStyle) {
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    self.style = style
  }

  package func callAsFunction(_ x: Value, _ scope: Scope) -> Value {
    let spatial = ConvNormActivation(
      x.shape.c, kernel: kernel, stride: stride, depthwise: true, style: style)
    let mixed = ConvNormActivation(channels, kernel: 1, style: style)
    return mixed(spatial(x, scope["dw"]), scope["pw"])
  }
}
