import Engine

/// Adam with decoupled weight decay.
///
/// Source: Loshchilov and Hutter 2019, "Decoupled Weight Decay Regularization", algorithm 2, with
/// the decay multiplied by the rate as in PyTorch `torch.optim.AdamW`. The momentum of the
/// hyperparameters is beta1.
package struct AdamW: Optimizer {
  let firstMoment: ParameterBlock
  private let secondMoment: ParameterBlock
  /// The ranges that are updated, with their weight decay.
  private let decays: [(range: Range<Int>, decay: Double)]
  private static let beta2 = 0.999
  private static let epsilon = 1e-8

  /// Starts with both moments zero.
  ///
  /// - Parameter decays: The ranges that are updated, with their weight decay.
  init(_ layout: ParameterLayout, decays: [(range: Range<Int>, decay: Double)]) {
    firstMoment = ParameterBlock(zeros: layout)
    secondMoment = ParameterBlock(zeros: layout)
    self.decays = decays
  }

  /// The moving averages of the gradient and of its square.
  package var state: [(name: String, block: ParameterBlock)] {
    [("first_moment", firstMoment), ("second_moment", secondMoment)]
  }

  package func step(
    _ parameters: ParameterBlock, gradients: ParameterBlock, hyperparameters: StepHyperparameters,
    iteration: Int, gradientScale: Double, arithmetic: VectorOperations
  ) {
    for (range, decay) in decays {
      arithmetic.adamWStep(
        in: range, parameters: parameters, gradients: gradients, firstMoment: firstMoment,
        secondMoment: secondMoment, iteration: iteration, rate: hyperparameters.rate,
        beta1: hyperparameters.momentum, beta2: Self.beta2, epsilon: Self.epsilon, decay: decay,
        gradientScale: gradientScale)
    }
  }
}
