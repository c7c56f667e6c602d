import Engine

extension Scope {
  /// A feature pyramid with a top-down and a bottom-up path (PAN).
  ///
  /// Three maps at strides 8, 16 and 32 in; as many maps of `channels` channels out (Lin et al. 2017,
  /// "Feature Pyramid Networks", figure 3; Liu et al. 2018, "Path Aggregation Network", figure 1b),
  /// concatenated and followed by a 1x1 convolution and a depthwise block.
  func pathAggregation(
    _ x: BackboneFeatures, _ channels: Int, style: NormStyle
  ) -> [Value] {
    func refine(_ x: Value, _ scope: Scope) -> Value {
      scope.depthwiseSeparable(x, channels, kernel: 5, style: style)
    }
    // Downsamples a fine map by 2, concatenates it with the coarser one and mixes their channels.
    func bottomUp(_ fine: Value, _ coarse: Value, _ scope: Scope) -> Value {
      let halved = scope["down"].depthwiseSeparable(fine, channels, stride: 2, style: style)
      let joined = scope["concat"].apply(Concat(), halved, coarse)
      let mixed = scope["mix"].convNormActivation(joined, channels, kernel: 1, style: style)
      return refine(mixed, scope["refine"])
    }
    let top = self["lateral"].convNormActivation(x.stride32, channels, kernel: 1, style: style)
    let joined16 = self["down16"].upsampleConcat(top, x.stride16, channels, style: style)
    let middle = refine(joined16, self["refine16"])
    let joined8 = self["down8"].upsampleConcat(middle, x.stride8, channels, style: style)
    let fine = refine(joined8, self["refine8"])
    let middleOut = bottomUp(fine, middle, self["up16"])
    return [fine, middleOut, bottomUp(middleOut, top, self["up32"])]
  }
}
