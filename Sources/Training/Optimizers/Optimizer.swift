import Engine

/// Updates parameters by their gradients, in one loop over the flat parameter block per step.
///
/// Weight decay applies only to `layout.decayed` (weights, not biases, scales or shifts);
/// batch-normalization statistics and frozen parameters are never changed.
package protocol Optimizer {
  /// Its state by name, for checkpoints.
  var state: [(name: String, block: ParameterBlock)] { get }

  /// Updates the parameters in place.
  ///
  /// - Parameters:
  ///   - iteration: The number of this step since the training began, from 1.
  ///   - gradientScale: The factor of the gradients, for clipping.
  func step(
    _ parameters: ParameterBlock, gradients: ParameterBlock, hyperparameters: StepHyperparameters,
    iteration: Int, gradientScale: Double, arithmetic: VectorOperations)
}

extension ParameterLayout {
  /// The learned parameters, those with weight decay first, without frozen ones.
  ///
  /// - Parameter frozen: Ranges in ascending order.
  func decays(
    _ weightDecay: Double, without frozen: [Range<Int>]
  ) -> [(range: Range<Int>, decay: Double)] {
    let kinds = [(decayed, weightDecay), (decayed.upperBound..<trainable.upperBound, 0)]
    return kinds.flatMap { range, decay in range.subtracting(frozen).map { ($0, decay) } }
  }
}

extension Range<Int> {
  /// The parts outside of other ranges, which are in ascending order.
  func subtracting(_ others: [Range<Int>]) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = lowerBound
    for other in others.map({ $0.clamped(to: self) }) where !other.isEmpty {
      if start < other.lowerBound { parts.append(start..<other.lowerBound) }
      start = other.upperBound
    }
    if start < upperBound { parts.append(start..<upperBound) }
    return parts
  }
}

/// Learning rate and momentum of one step.
package struct StepHyperparameters: Hashable, Sendable {
  /// The learning rate.
  package var rate: Double
  /// SGD's momentum or AdamW's beta1.
  package var momentum: Double
}

/// The choice of optimizer; raw values are those of `--optimizer`.
public enum OptimizerChoice: String, CaseIterable, Codable, Sendable {
  /// That of the recipe.
  case auto
  /// SGD with Nesterov momentum.
  case sgd
  /// Adam with decoupled weight decay.
  case adamw
  /// Muon for the matrices of hidden layers, AdamW for the rest.
  case muon

  /// The memory of its state and workspace, as a multiple of that of the parameters.
  var parameterBlocks: Int {
    switch self {
    case .sgd: 1
    case .adamw: 2
    // Each matrix has three of its size, and two of the square of its smaller side.
    case .muon, .auto: 2 + 4
    }
  }

  /// Makes the optimizer with its state at zero; `auto` must be resolved before.
  ///
  /// - Parameter frozen: The ranges of parameters that are not updated, in ascending order.
  package func make(
    _ layout: ParameterLayout, weightDecay: Double, frozen: [Range<Int>] = []
  ) -> any Optimizer {
    let decays = layout.decays(weightDecay, without: frozen)
    return switch self {
    case .sgd: SGD(layout, decays: decays)
    case .adamw: AdamW(layout, decays: decays)
    case .muon, .auto: Muon(layout, decays: decays)
    }
  }
}

extension OptimizerChoice {
  /// The default weight decay (YOLOX, NanoDet-Plus).
  package var usualWeightDecay: Double { self == .sgd ? 0.0005 : 0.05 }
}
