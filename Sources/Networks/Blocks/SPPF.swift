import Engine

/// SPPF: the input and three successive 5x5 max pools, concatenated.
///
/// n, h, w, c -> n, h, w, `channels` (the fast form of He et al. 2014, "Spatial Pyramid Pooling",
/// as YOLOv5 has it: pooling 5x5 twice covers 9x9, thrice 13x13). Parameters lie under `reduce`
/// and `project`.
package struct SPPF: Sendable {
  let channels: Int
  let style: NormStyle

  package init(_ channels: Int, style: NormStyle) {
    self.channels = channels
    self.style = style
  }

  package func callAsFunction(_ x: Value, _ scope: Scope) -> Value {
    let reduce = ConvNormActivation(x.shape.c / 2, kernel: 1, style: style)
    var levels = [reduce(x, scope["reduce"])]
    for round in 1...3 {
      let pool = MaxPool(kernel: 5, stride: 1, padding: 2)
      levels.append(scope["pool\(round)"].apply(pool, levels[round - 1]))
    }
    let joined = scope["concat"].apply(Concat(), levels)
    return ConvNormActivation(channels, kernel: 1, style: style)(joined, scope["project"])
  }
}
