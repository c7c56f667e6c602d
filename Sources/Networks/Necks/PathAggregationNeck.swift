import Engine

/// A feature pyramid with a top-down and a bottom-up path.
///
/// Three maps at strides 8, 16 and 32 in; three maps of `channels` channels out (Lin et al. 2017,
/// "Feature Pyramid Networks", figure 3; Liu et al. 2018, "Path Aggregation Network", figure 1b),
/// concatenated and followed by a 1x1 convolution and a depthwise block.
package struct PathAggregationNeck: Sendable {
  let channels: Int
  let style: NormStyle

  package init(_ channels: Int, style: NormStyle) {
    self.channels = channels
    self.style = style
  }

  package func callAsFunction(_ x: BackboneFeatures, _ scope: Scope) -> BackboneFeatures {
    let top = ConvNormActivation(channels, kernel: 1, style: style)(x.stride32, scope["lateral"])
    let join = UpsampleConcat(channels, style: style)
    let middle = refine(join(top, x.stride16, scope["down16"]), scope["refine16"])
    let fine = refine(join(middle, x.stride8, scope["down8"]), scope["refine8"])
    let middleOut = bottomUp(fine, middle, scope["up16"])
    let coarse = bottomUp(middleOut, top, scope["up32"])
    return BackboneFeatures(stride8: fine, stride16: middleOut, stride32: coarse)
  }

  private func refine(_ x: Value, _ scope: Scope) -> Value {
    DepthwiseSeparable(channels, kernel: 5, style: style)(x, scope)
  }

  /// Downsamples a fine map by 2, concatenates it with the coarser one and applies a 1x1 convolution.
  private func bottomUp(_ fine: Value, _ coarse: Value, _ scope: Scope) -> Value {
    let halved = DepthwiseSeparable(channels, stride: 2, style: style)(fine, scope["down"])
    let joined = scope["concat"].apply(Concat(), halved, coarse)
    let mixed = ConvNormActivation(channels, kernel: 1, style: style)(joined, scope["mix"])
    return refine(mixed, scope["refine"])
  }
}
