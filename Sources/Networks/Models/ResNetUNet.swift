import Engine

/// A U-Net whose encoder is a ResNet.
///
/// n, h, w, c -> n, h, w, `logitCount` logits; h and w are multiples of 32. Structure and parameter
/// names are those of segmentation_models.pytorch's `Unet`, so that its weights and, behind the
/// prefix `encoder`, torchvision's of the ResNet can be loaded.
struct ResNetUNet: Sendable {
  let encoder: ResNet
  /// The number of channels of the output.
  let logitCount: Int
  /// The channels of the decoder's blocks, from 1/16 of the input's size to all of it.
  var widths = [256, 128, 64, 32, 16]
  /// The number of additional outputs of the decoder, of half of the size, a quarter, and so on.
  var auxiliaryOutputs = 0

  /// The logits, then those of reduced size.
  func callAsFunction(_ x: Value, _ scope: Scope) -> [Value] {
    var skips = encoder.levels(x, scope["encoder"])
    var y = skips.removeLast()
    var outputs: [Value] = []
    for (index, channels) in widths.enumerated() {
      y = block(y, skips.popLast(), channels, scope["decoder"]["blocks"][index])
      let level = widths.count - 1 - index
      if level == 0 {
        outputs.append(logits(y, scope["segmentation_head"][0]))
      } else if level <= auxiliaryOutputs {
        outputs.append(logits(y, scope["aux\(level)"]))
      }
    }
    return outputs.reversed()
  }

  /// Doubles the size, concatenates the encoder's features where there are any, and convolves twice.
  private func block(_ coarse: Value, _ skip: Value?, _ channels: Int, _ scope: Scope) -> Value {
    var y = scope["up"].apply(NearestUpsample(factor: 2), coarse)
    if let skip { y = scope["concat"].apply(Concat(), y, skip) }
    for name in ["conv1", "conv2"] {
      let convolved = scope[name][0].apply(Convolution(y.shape.c, channels, kernel: 3), y)
      y = scope[name][1].apply(NormStyle.resnet.norm(channels), convolved)
    }
    return y
  }

  private func logits(_ x: Value, _ scope: Scope) -> Value {
    scope.apply(Convolution(x.shape.c, logitCount, kernel: 3, bias: true), x)
  }
}
