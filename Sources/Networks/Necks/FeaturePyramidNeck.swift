import Engine

/// A plain feature pyramid: coarse maps inform fine ones by upsampling and concatenation.
///
/// Three maps at strides 8, 16 and 32 in; three maps of `channels` channels out (Lin et al. 2017,
/// "Feature Pyramid Networks", figure 3, with concatenation in place of addition).
package struct FeaturePyramidNeck: Sendable {
  let channels: Int
  let style: NormStyle

  /// Makes the neck.
  package init(_ channels: Int, style: NormStyle) {
    self.channels = channels
    self.style = style
  }

  /// Appends the neck.
  package func callAsFunction(_ x: BackboneFeatures, _ scope: Scope) -> BackboneFeatures {
    let coarse = ConvNormActivation(channels, kernel: 1, style: style)(x.stride32, scope["lateral"])
    let join = UpsampleConcat(channels, style: style)
    let smooth = ConvNormActivation(channels, kernel: 3, style: style)
    let middle = smooth(join(coarse, x.stride16, scope["down16"]), scope["smooth16"])
    let fine = smooth(join(middle, x.stride8, scope["down8"]), scope["smooth8"])
    return BackboneFeatures(stride8: fine, stride16: middle, stride32: coarse)
  }
}
