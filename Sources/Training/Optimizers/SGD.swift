import Engine

/// Stochastic gradient descent with Nesterov momentum.
///
/// `g = gradient + decay * p; v = momentum * v + g; p -= rate * (g + momentum * v)`.
/// Source: PyTorch `torch.optim.SGD` with `nesterov=True`, after Sutskever et al. 2013, section 3.
package struct SGD: Optimizer {
  private let velocity: ParameterBlock
  private let weightDecay: Double

  /// Starts with velocity zero.
  package init(_ layout: ParameterLayout, weightDecay: Double) {
    velocity = ParameterBlock(zeros: layout)
    self.weightDecay = weightDecay
  }

  /// The velocity.
  package var state: [OptimizerState] { [OptimizerState(name: "velocity", block: velocity)] }

  /// Changes the parameters.
  package func step(
    _ parameters: ParameterBlock, gradients: ParameterBlock, hyperparameters: StepHyperparameters,
    iteration: Int,
    gradientScale: Double, arithmetic: VectorOperations
  ) {
    let layout = parameters.layout
    let plain = layout.decayed.upperBound..<layout.trainable.upperBound
    for (range, decay) in [(layout.decayed, weightDecay), (plain, 0)] {
      arithmetic.sgdStep(
        in: range, parameters: parameters, gradients: gradients, velocity: velocity,
        rate: hyperparameters.rate, momentum: hyperparameters.momentum, decay: decay,
        gradientScale: gradientScale)
    }
  }
}
