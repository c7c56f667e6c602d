import Engine

/// Enlarges a coarse map twofold, sets it beside a finer one, and mixes the channels by 1x1.
///
/// (n, h, w, c) and (n, 2h, 2w, c') -> n, 2h, 2w, `channels`. Parameters lie under `mix`.
package struct UpsampleConcat: Sendable {
  let channels: Int
  let style: NormStyle

  /// Makes the block.
  package init(_ channels: Int, style: NormStyle) {
    self.channels = channels
    self.style = style
  }

  /// Appends the block.
  package func callAsFunction(_ coarse: Value, _ fine: Value, _ scope: Scope) -> Value {
    let enlarged = scope["upsample"].apply(NearestUpsample(factor: 2), coarse)
    let joined = scope["concat"].apply(Concat(), enlarged, fine)
    return ConvNormActivation(channels, kernel: 1, style: style)(joined, scope["mix"])
  }
}
