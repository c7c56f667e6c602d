import Foundation

/// The learning rate over a training: a linear warm-up, then a cosine decay to a fraction of the
/// peak.
///
/// Source: Loshchilov and Hutter 2017, "SGDR", equation 5 without restarts; the warm-up of Goyal et
/// al. 2017, section 2.2.
package struct LearningRateSchedule: Hashable, Sendable {
  /// The rate at the end of the warm-up.
  package var peak: Double
  /// The last rate, as a fraction of the peak, 0...1.
  package var finalLearningRateFraction: Double
  /// The momentum after the warm-up.
  package var momentum: Double
  /// The momentum at the first step.
  package var warmupMomentum: Double
  /// The number of warm-up steps; 0 for none.
  package var warmupSteps: Int
  /// The total number of steps, including the warm-up.
  package var totalSteps: Int

  /// Rate and momentum of a step, counted from 0.
  ///
  /// The warm-up is linear and starts at `1 / warmupSteps` of the peak; the last step has the final
  /// fraction.
  package func hyperparameters(ofStep step: Int) -> StepHyperparameters {
    if step < warmupSteps {
      let part = Double(step + 1) / Double(warmupSteps)
      return StepHyperparameters(
        rate: peak * part, momentum: warmupMomentum + (momentum - warmupMomentum) * part)
    }
    let length = max(totalSteps - 1 - warmupSteps, 1)
    let progress = min(Double(step - warmupSteps) / Double(length), 1)
    let height = (1 + cos(Double.pi * progress)) / 2
    return StepHyperparameters(
      rate: peak * (finalLearningRateFraction + (1 - finalLearningRateFraction) * height),
      momentum: momentum)
  }
}
