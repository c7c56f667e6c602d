import Engine

/// A top-down feature pyramid: coarse maps are upsampled and concatenated with finer ones.
///
/// Three maps at strides 8, 16 and 32 in; three maps of `channels` channels out (Lin et al. 2017,
/// "Feature Pyramid Networks", figure 3, with concatenation in place of addition).
package struct FeaturePyramidNeck: Sendable {
  let channels: Int
  let style: NormStyle

  package init(_ channels: Int, style: NormStyle) {
    self.channels = channels
    self.style = style
  }

  package func callAsFunction(_ x: BackboneFeatures, _ scope: Scope) -> BackboneFeatures {
    let coarse = ConvNormActivation(channels, kernel: 1, style: style)(x.stride32, scope["lateral"])
    let join = UpsampleConcat(channels, style: style)
    let smooth = ConvNormActivation(channels, kernel: 3, style: style)
    let middle = smooth(join(coarse, x.stride16, scope["down16"]), scope["smooth16"])
    let fine = smooth(join(middle, x.stride8, scope["down8"]), scope["smooth8"])
    return BackboneFeatures(stride8: fine, stride16: middle, stride32: coarse)
  }
}

/// Upsamples a coarse map by 2, concatenates it with a finer one and applies a 1x1 convolution.
///
/// (n, h, w, c) and (n, 2h, 2w, c') -> n, 2h, 2w, `channels`. Parameters lie under `mix`.
package struct UpsampleConcat: Sendable {
  let channels: Int
  let style: NormStyle

  package init(_ channels: Int, style: NormStyle) {
    self.channels = channels
    self.style = style
  }

  package func callAsFunction(_ coarse: Value, _ fine: Value, _ scope: Scope) -> Value {
    let enlarged = scope["upsample"].apply(NearestUpsample(factor: 2), coarse)
    let joined = scope["concat"].apply(Concat(), enlarged, fine)
    return ConvNormActivation(channels, kernel: 1, style: style)(joined, scope["mix"])
  }
}
