import Engine

/// Adam with decoupled weight decay.
///
/// Source: Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization", algorithm 2, with
/// the decay multiplied by the rate as in PyTorch `torch.optim.AdamW`. The momentum of the
/// hyperparameters is beta1.
package struct AdamW: Optimizer {
  private let firstMoment: ParameterBlock
  private let secondMoment: ParameterBlock
  private let weightDecay: Double
  private static let beta2 = 0.999
  private static let epsilon = 1e-8

  /// Starts with both moments zero.
  package init(_ layout: ParameterLayout, weightDecay: Double) {
    firstMoment = ParameterBlock(zeros: layout)
    secondMoment = ParameterBlock(zeros: layout)
    self.weightDecay = weightDecay
  }

  /// The moving averages of the gradient and of its square.
  package var state: [(name: String, block: ParameterBlock)] {
    [("first_moment", firstMoment), ("second_moment", secondMoment)]
  }

  package func step(
    _ parameters: ParameterBlock, gradients: ParameterBlock, hyperparameters: StepHyperparameters,
    iteration: Int, gradientScale: Double, arithmetic: VectorOperations
  ) {
    for (range, decay) in parameters.layout.decays(weightDecay) {
      arithmetic.adamWStep(
        in: range, parameters: parameters, gradients: gradients, firstMoment: firstMoment,
        secondMoment: secondMoment, iteration: iteration, rate: hyperparameters.rate,
        beta1: hyperparameters.momentum, beta2: Self.beta2, epsilon: Self.epsilon, decay: decay,
        gradientScale: gradientScale)
    }
  }
}
