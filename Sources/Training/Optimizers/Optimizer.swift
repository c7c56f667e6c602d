import Engine

/// Updates parameters by their gradients: one loop over the flat block per step.
///
/// Weight decay touches `layout.decayed` alone (weights, not biases, scales or shifts); statistics
/// are never changed.
package protocol Optimizer {
  /// Its state by name, for checkpoints.
  var state: [(name: String, block: ParameterBlock)] { get }

  /// Changes the parameters.
  ///
  /// - Parameters:
  ///   - iteration: The number of this step since the training began, from 1.
  ///   - gradientScale: What the gradients are multiplied by, for clipping.
  func step(
    _ parameters: ParameterBlock, gradients: ParameterBlock, hyperparameters: StepHyperparameters,
    iteration: Int, gradientScale: Double, arithmetic: VectorOperations)
}

extension ParameterLayout {
  /// The learned parameters, those with weight decay first.
  func decays(_ weightDecay: Double) -> [(range: Range<Int>, decay: Double)] {
    [(decayed, weightDecay), (decayed.upperBound..<trainable.upperBound, 0)]
  }
}

/// Learning rate and momentum of one step.
package struct StepHyperparameters: Hashable, Sendable {
  /// The learning rate.
  package var rate: Double
  /// SGD's momentum or AdamW's beta1.
  package var momentum: Double
}

/// The optimizers, under the names by which users choose them.
public enum OptimizerChoice: String, CaseIterable, Codable, Sendable {
  /// AdamW, which needs the fewest epochs: on a VOC subset it was further after two than SGD, at
  /// YOLOX's rate, after sixteen.
  case auto
  /// SGD with Nesterov momentum.
  case sgd
  /// Adam with decoupled weight decay.
  case adamw

  /// The optimizer that `auto` selects; the others select themselves.
  package var resolved: OptimizerChoice { self == .auto ? .adamw : self }

  /// Blocks of state; `auto` must be resolved before.
  var stateCount: Int { self == .sgd ? 1 : 2 }

  /// Makes the optimizer with its state at zero; `auto` must be resolved before.
  package func make(_ layout: ParameterLayout, weightDecay: Double) -> any Optimizer {
    switch self {
    case .sgd: SGD(layout, weightDecay: weightDecay)
    case .adamw, .auto: AdamW(layout, weightDecay: weightDecay)
    }
  }
}

extension OptimizerChoice {
  /// A learning rate that trains small networks from scratch; SGD's is that of 64 images
  /// per step (YOLOX). NanoDet-Plus takes a third of AdamW's; on BCCD this one needs a third of the
  /// epochs.
  package var usualRate: Double { resolved == .sgd ? 0.01 : 0.003 }

  /// The weight decay that goes with it (YOLOX, NanoDet-Plus).
  package var usualWeightDecay: Double { resolved == .sgd ? 0.0005 : 0.05 }
}
