import Engine

/// The U-Net: an encoder that halves the size several times, and a decoder with skip connections
/// (Ronneberger et al. 2015, "U-Net", figure 1).
///
/// n, h, w, c -> n, h, w, `logitCount` logits; h and w are multiples of 2^`levels`. Structure and
/// parameter names are Pytorch-UNet's: pairs of 3x3 convolutions, each with normalization and ReLU.
struct UNet: Sendable {
  /// How the decoder doubles the size.
  enum Upsampling: Hashable, Sendable {
    /// A transposed convolution, which halves the channels.
    case transposedConvolution
    /// Interpolation; the convolutions after it halve the channels.
    case bilinear, nearest
  }

  /// The normalization after each 3x3 convolution.
  enum Norm: Hashable, Sendable {
    /// With the statistics of the batch.
    case batch
    /// With the statistics of each image and channel; also in inference.
    case instance
  }

  /// The number of channels of the output.
  let logitCount: Int
  /// The number of channels at full resolution; each level doubles them.
  var width = 64
  /// How often the encoder halves the size.
  var levels = 4
  var upsampling = Upsampling.transposedConvolution
  var norm = Norm.batch
  /// Whether 3x3 convolutions are padded and keep the size. If not, the output is smaller than the
  /// input, 388 pixels for 572 with four levels, and skip connections are cropped.
  var isPadded = true
  /// The number of additional outputs of the decoder, of half of the size, a quarter, and so on.
  var auxiliaryOutputs = 0

  /// The logits, then those of reduced size.
  func callAsFunction(_ x: Value, _ scope: Scope) -> [Value] {
    precondition(
      levels > auxiliaryOutputs, "\(levels) levels have no \(auxiliaryOutputs) auxiliary outputs")
    var skips = [pair(x, width, scope["inc"])]
    for level in 1...levels {
      skips.append(down(skips[level - 1], channels(level), scope["down\(level)"]))
    }
    var y = skips.removeLast()
    var outputs: [Value] = []
    for level in (0..<levels).reversed() {
      y = up(y, skips.removeLast(), channels(level), scope["up\(levels - level)"])
      if level == 0 {
        outputs.append(logits(y, scope["outc"]))
      } else if level <= auxiliaryOutputs {
        outputs.append(logits(y, scope["aux\(level)"]))
      }
    }
    return outputs.reversed()
  }

  /// The number of channels that a level, counted from full resolution, hands to the next one.
  private func channels(_ level: Int) -> Int { width << level }

  /// An encoder level: halves the size, doubles the channels. Before interpolation, the last one
  /// keeps the number of channels, because nothing halves them on the way up.
  private func down(_ x: Value, _ channels: Int, _ scope: Scope) -> Value {
    let halved = scope["maxpool_conv"][0].apply(MaxPool(kernel: 2), x)
    let isLast = channels == self.channels(levels)
    let kept = isLast && upsampling != .transposedConvolution
    return pair(halved, kept ? channels / 2 : channels, scope["maxpool_conv"][1])
  }

  /// A decoder level: doubles the size, halves the channels, and concatenates the encoder features.
  private func up(_ coarse: Value, _ fine: Value, _ channels: Int, _ scope: Scope) -> Value {
    let enlarged = scope["up"].apply(enlarge(coarse.shape.c, channels), coarse)
    let margin = Extent(
      h: (fine.shape.h - enlarged.shape.h) / 2, w: (fine.shape.w - enlarged.shape.w) / 2)
    let skip = isPadded ? fine : scope["crop"].apply(Crop(margin: margin), fine)
    let joined = scope["concat"].apply(Concat(), skip, enlarged)
    guard upsampling != .transposedConvolution else {
      return pair(joined, channels, scope["conv"])
    }
    return pair(
      joined, channels == width ? channels : channels / 2, middle: joined.shape.c / 2,
      scope["conv"])
  }

  private func enlarge(_ inputs: Int, _ outputs: Int) -> any Op {
    switch upsampling {
    case .transposedConvolution:
      TransposedConvolution(inputs, outputs, kernel: 2, stride: 2, bias: true)
    case .bilinear: BilinearUpsample(factor: 2)
    case .nearest: NearestUpsample(factor: 2)
    }
  }

  private func logits(_ x: Value, _ scope: Scope) -> Value {
    scope["conv"].apply(Convolution(x.shape.c, logitCount, kernel: 1, bias: true), x)
  }

  /// Two times 3x3 convolution, normalization, ReLU (a pair of blue arrows of the figure); the first
  /// has `middle` channels, by default as many as the second.
  ///
  /// n, h, w, c -> n, h, w, `channels`. Names are Pytorch-UNet's: `double_conv.0`, `.1`, `.3`, `.4`.
  private func pair(_ x: Value, _ channels: Int, middle: Int? = nil, _ scope: Scope) -> Value {
    let scope = scope["double_conv"]
    let y = layer(x, middle ?? channels, scope, first: 0)
    return layer(y, channels, scope, first: 3)
  }

  private func layer(_ x: Value, _ channels: Int, _ scope: Scope, first: Int) -> Value {
    let convolution = Convolution(x.shape.c, channels, kernel: 3, padding: isPadded ? 1 : 0)
    let y = scope[first].apply(convolution, x)
    switch norm {
    case .batch: return scope[first + 1].apply(NormStyle(activation: .relu).norm(channels), y)
    case .instance:
      let normalized = scope[first + 1].apply(
        GroupNorm.instance(channels: channels, affine: true), y)
      return scope[first + 2].apply(ActivationOp(.relu), normalized)
    }
  }
}
