import Engine

extension Scope {
  /// A top-down feature pyramid (FPN): coarse maps are upsampled and concatenated with finer ones.
  ///
  /// Three maps at strides 8, 16 and 32 in; three maps of `channels` channels out (Lin et al. 2017,
  /// "Feature Pyramid Networks", figure 3, with concatenation in place of addition).
  func featurePyramid(_ x: BackboneFeatures, _ channels: Int, style: NormStyle) -> [Value] {
    func smooth(_ x: Value, _ scope: Scope) -> Value {
      scope.convNormActivation(x, channels, kernel: 3, style: style)
    }
    let coarse = self["lateral"].convNormActivation(x.stride32, channels, kernel: 1, style: style)
    let joined16 = self["down16"].upsampleConcat(coarse, x.stride16, channels, style: style)
    let middle = smooth(joined16, self["smooth16"])
    let joined8 = self["down8"].upsampleConcat(middle, x.stride8, channels, style: style)
    let fine = smooth(joined8, self["smooth8"])
    return [fine, middle, coarse]
  }

  /// Upsamples a coarse map by 2, concatenates it with a finer one and applies a 1x1 convolution.
  ///
  /// (n, h, w, c) and (n, 2h, 2w, c') -> n, 2h, 2w, `channels`. Parameter scope: `mix`.
  func upsampleConcat(
    _ coarse: Value, _ fine: Value, _ channels: Int, style: NormStyle
  ) -> Value {
    let enlarged = self["upsample"].apply(NearestUpsample(factor: 2), coarse)
    let joined = self["concat"].apply(Concat(), enlarged, fine)
    return self["mix"].convNormActivation(joined, channels, kernel: 1, style: style)
  }
}
