import Engine

/// Twice in a row: 3x3 convolution, batch normalization, ReLU.
///
/// n, h, w, c -> n, h, w, `channels` (Ronneberger et al. 2015, "U-Net", figure 1: a pair of blue
/// arrows). Names are Pytorch-UNet's: `double_conv.0`, `.1`, `.3`, `.4`.
package struct DoubleConvolution: Sendable {
  let channels: Int

  /// Makes the block.
  package init(_ channels: Int) {
    self.channels = channels
  }

  /// Appends the block.
  package func callAsFunction(_ x: Value, _ scope: Scope) -> Value {
    let scope = scope["double_conv"]
    let norm = NormStyle(activation: .relu).norm(channels)
    let first = scope[0].apply(Convolution(x.shape.c, channels, kernel: 3), x)
    let y = scope[1].apply(norm, first)
    return scope[4].apply(norm, scope[3].apply(Convolution(channels, channels, kernel: 3), y))
  }
}
