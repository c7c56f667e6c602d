import Engine

/// The U-Net: down four levels and up again, each level joined with its equal on the way down.
///
/// n, h, w, c -> n, h, w, `classCount` logits; h and w are multiples of 16 (Ronneberger et al. 2015,
/// "U-Net", figure 1). In the form of Pytorch-UNet and with its names: convolutions keep the size and
/// are followed by batch normalization, and the way up is made of transposed convolutions.
package struct UNet: Sendable {
  let classCount: Int
  let width: Int

  /// Makes the network; `width` is the number of channels at full size.
  package init(classCount: Int, width: Int = 64) {
    self.classCount = classCount
    self.width = width
  }

  /// Appends the network.
  package func callAsFunction(_ x: Value, _ scope: Scope) -> Value {
    let full = DoubleConvolution(width)(x, scope["inc"])
    let half = down(full, scope["down1"])
    let quarter = down(half, scope["down2"])
    let eighth = down(quarter, scope["down3"])
    var y = down(eighth, scope["down4"])
    y = up(y, eighth, scope["up1"])
    y = up(y, quarter, scope["up2"])
    y = up(y, half, scope["up3"])
    y = up(y, full, scope["up4"])
    return scope["outc"]["conv"].apply(Convolution(width, classCount, kernel: 1, bias: true), y)
  }

  /// Half the size, twice the channels.
  private func down(_ x: Value, _ scope: Scope) -> Value {
    let halved = scope["maxpool_conv"][0].apply(MaxPool(kernel: 2), x)
    return DoubleConvolution(2 * x.shape.c)(halved, scope["maxpool_conv"][1])
  }

  /// Twice the size, half the channels, with what was there on the way down beside it.
  private func up(_ coarse: Value, _ fine: Value, _ scope: Scope) -> Value {
    let channels = fine.shape.c
    let enlarge = TransposedConvolution(
      coarse.shape.c, channels, kernel: 2, stride: 2, bias: true)
    let enlarged = scope["up"].apply(enlarge, coarse)
    let joined = scope["concat"].apply(Concat(), fine, enlarged)
    return DoubleConvolution(channels)(joined, scope["conv"])
  }
}
