import Engine

/// Muon for the matrices of hidden layers, AdamW for all other parameters.
///
/// Sources: see `MuonUpdate`. The momentum of the hyperparameters is AdamW's beta1; Muon's is 0.95.
package struct Muon: Optimizer {
  private let adamW: AdamW
  private let matrices: [MuonUpdate]

  private static let momentum = 0.95

  /// Starts with all state zero.
  ///
  /// - Parameter decays: The ranges that are updated, with their weight decay.
  init(_ layout: ParameterLayout, decays: [(range: Range<Int>, decay: Double)]) {
    var matrices: [MuonUpdate] = []
    for (range, decay) in decays {
      for entry in layout.entries where range.contains(entry.range.lowerBound) {
        guard let (rows, columns) = entry.matrix else { continue }
        // Output layers have a bias; hidden ones are normalized.
        let bias = entry.name.replacing(/weight$/, with: "bias")
        guard layout[bias] == nil else { continue }
        matrices.append(MuonUpdate(entry.range, rows: rows, columns: columns, decay: decay))
      }
    }
    let taken = matrices.map(\.range).sorted { $0.lowerBound < $1.lowerBound }
    adamW = AdamW(
      layout,
      decays: decays.flatMap { item in
        item.range.subtracting(taken).map { ($0, item.decay) }
      })
    // The largest first, so that the threads end at about the same time.
    self.matrices = matrices.sorted { $0.flops > $1.flops }
  }

  /// AdamW's moments. The first moment of the matrices is their velocity.
  package var state: [(name: String, block: ParameterBlock)] { adamW.state }

  package func step(
    _ parameters: ParameterBlock, gradients: ParameterBlock, hyperparameters: StepHyperparameters,
    iteration: Int, gradientScale: Double, arithmetic: VectorOperations
  ) {
    adamW.step(
      parameters, gradients: gradients, hyperparameters: hyperparameters, iteration: iteration,
      gradientScale: gradientScale, arithmetic: arithmetic)
    arithmetic.muonStep(
      matrices, parameters: parameters, gradients: gradients, velocity: adamW.firstMoment,
      rate: hyperparameters.rate, momentum: Self.momentum, gradientScale: gradientScale)
  }
}

extension ParameterLayout.Entry {
  /// Matrices with a smaller side are left to AdamW.
  private static let smallestSide = 8

  /// The extents of the weights as a matrix of inputs and outputs; nil where they are none, such as those
  /// of a depthwise convolution, which are a vector per channel.
  fileprivate var matrix: (rows: Int, columns: Int)? {
    let shape = declaration.shape
    guard shape.count > 1, shape[shape.count - 2] > 1 else { return nil }
    let columns = shape[shape.count - 1]
    let rows = declaration.count / columns
    return min(rows, columns) < Self.smallestSide ? nil : (rows, columns)
  }
}
