import Engine

/// Limits the gradient's global norm.
///
/// Source: Pascanu et al. 2013, "On the difficulty of training recurrent neural networks",
/// algorithm 1; PyTorch `clip_grad_norm_`.
package struct GradientClipping: Hashable, Sendable {
  /// The maximum norm, positive.
  package var limit: Double

  /// The norm of the mean of `parts` added gradients over all learned parameters, and the factor that
  /// makes the sum that mean, scaled down to the limit.
  ///
  /// The norm is infinite or NaN if any gradient is.
  package func measure(
    _ gradients: ParameterBlock, parts: Int = 1, arithmetic: VectorOperations
  ) -> (norm: Double, scale: Double) {
    precondition(limit > 0, "gradients cannot be clipped to a norm of \(limit)")
    let norm = arithmetic.norm(gradients, in: gradients.layout.trainable) / Double(parts)
    return (norm, min(1, limit / (norm + 1e-6)) / Double(parts))
  }
}
