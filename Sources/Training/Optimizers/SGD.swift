import Engine

/// Stochastic gradient descent with Nesterov momentum.
///
/// `g = gradient + decay * p; v = momentum * v + g; p -= rate * (g + momentum * v)`.
/// Source: PyTorch `torch.optim.SGD` with `nesterov=True`, after Sutskever et al. 2013, section 3.
package struct SGD: Optimizer {
  private let velocity: ParameterBlock
  /// The ranges that are updated, with their weight decay.
  private let decays: [(range: Range<Int>, decay: Double)]

  /// Starts with velocity zero.
  ///
  /// - Parameter decays: The ranges that are updated, with their weight decay.
  init(_ layout: ParameterLayout, decays: [(range: Range<Int>, decay: Double)]) {
    velocity = ParameterBlock(zeros: layout)
    self.decays = decays
  }

  /// The velocity.
  package var state: [(name: String, block: ParameterBlock)] { [("velocity", velocity)] }

  package func step(
    _ parameters: ParameterBlock, gradients: ParameterBlock, hyperparameters: StepHyperparameters,
    iteration: Int, gradientScale: Double, arithmetic: VectorOperations
  ) {
    for (range, decay) in decays {
      arithmetic.sgdStep(
        in: range, parameters: parameters, gradients: gradients, velocity: velocity,
        rate: hyperparameters.rate, momentum: hyperparameters.momentum, decay: decay,
        gradientScale: gradientScale)
    }
  }
}
