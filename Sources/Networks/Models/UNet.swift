import Engine

extension ModelSpec {
  /// U-Net; 31 M parameters, 96 GFLOP at 256.
  package static let unet = ModelSpec(
    name: "unet", summary: "U-Net of 64 to 1024 channels; a class per pixel", defaultSize: 256,
    preprocessing: .perImage(.usual), head: .segmentation(SegmentationHead(.sigmoid))
  ) { x, _, logitCount, scope in [UNet(classCount: logitCount)(x, scope)] }
}

/// The U-Net: an encoder of four levels and a decoder with skip connections.
///
/// n, h, w, c -> n, h, w, `classCount` logits; h and w are multiples of 16 (Ronneberger et al.
/// 2015, "U-Net", figure 1). Structure and parameter names are Pytorch-UNet's: padded convolutions
/// with batch normalization, upsampling by transposed convolutions.
struct UNet {
  let classCount: Int
  /// The number of channels at full resolution.
  var width = 64

  func callAsFunction(_ x: Value, _ scope: Scope) -> Value {
    let full = scope["inc"].doubleConvolution(x, width)
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

  /// An encoder level: halves the size, doubles the channels.
  private func down(_ x: Value, _ scope: Scope) -> Value {
    let halved = scope["maxpool_conv"][0].apply(MaxPool(kernel: 2), x)
    return scope["maxpool_conv"][1].doubleConvolution(halved, 2 * x.shape.c)
  }

  /// A decoder level: doubles the size, halves the channels, and concatenates the encoder features.
  private func up(_ coarse: Value, _ fine: Value, _ scope: Scope) -> Value {
    let channels = fine.shape.c
    let enlarge = TransposedConvolution(coarse.shape.c, channels, kernel: 2, stride: 2, bias: true)
    let enlarged = scope["up"].apply(enlarge, coarse)
    let joined = scope["concat"].apply(Concat(), fine, enlarged)
    return scope["conv"].doubleConvolution(joined, channels)
  }
}

extension Scope {
  /// Two times 3x3 convolution, batch normalization, ReLU.
  ///
  /// n, h, w, c -> n, h, w, `channels` (Ronneberger et al. 2015, "U-Net", figure 1: a pair of blue
  /// arrows). Names are Pytorch-UNet's: `double_conv.0`, `.1`, `.3`, `.4`.
  fileprivate func doubleConvolution(_ x: Value, _ channels: Int) -> Value {
    let scope = self["double_conv"]
    let norm = NormStyle(activation: .relu).norm(channels)
    let first = scope[0].apply(Convolution(x.shape.c, channels, kernel: 3), x)
    let y = scope[1].apply(norm, first)
    return scope[4].apply(norm, scope[3].apply(Convolution(channels, channels, kernel: 3), y))
  }
}
