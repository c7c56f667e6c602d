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
  fileprivate func subtracting(_ others: [Range<Int>]) -> [Range<Int>] {
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
  /// AdamW, which needs fewer epochs: on a VOC subset it was better after 2 epochs than SGD, at
  /// YOLOX's learning rate, after 16.
  case auto
  /// SGD with Nesterov momentum.
  case sgd
  /// Adam with decoupled weight decay.
  case adamw

  /// The optimizer that `auto` selects; the others select themselves.
  package var resolved: OptimizerChoice { self == .auto ? .adamw : self }

  /// The number of state blocks; `auto` must be resolved before.
  var stateCount: Int { self == .sgd ? 1 : 2 }

  /// Makes the optimizer with its state at zero; `auto` must be resolved before.
  ///
  /// - Parameter frozen: The ranges of parameters that are not updated, in ascending order.
  package func make(
    _ layout: ParameterLayout, weightDecay: Double, frozen: [Range<Int>] = []
  ) -> any Optimizer {
    let decays = layout.decays(weightDecay, without: frozen)
    return switch self {
    case .sgd: SGD(layout, decays: decays)
    case .adamw, .auto: AdamW(layout, decays: decays)
    }
  }
}

extension OptimizerChoice {
  /// The default learning rate, for small networks trained from scratch; SGD's is for a batch size
  /// of 64 (YOLOX). AdamW's is three times that of NanoDet-Plus and needs a third of the epochs on
  /// BCCD.
  package var usualRate: Double { resolved == .sgd ? 0.01 : 0.003 }

  /// The default weight decay (YOLOX, NanoDet-Plus).
  package var usualWeightDecay: Double { resolved == .sgd ? 0.0005 : 0.05 }
}
