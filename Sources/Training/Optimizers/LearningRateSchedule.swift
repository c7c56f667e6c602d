import Foundation

/// The course of the learning rate after the warm-up; raw values are those of `--lr-schedule`.
public enum LearningRateCourse: String, CaseIterable, Codable, Sendable {
  /// A cosine from the peak to the final rate (Loshchilov and Hutter 2017, "SGDR", equation 5 without
  /// restarts).
  case cosine
  /// The peak until half of all steps, then a cosine (Lyu et al. 2022, "RTMDet", table 1: "flat
  /// cosine").
  case flatCosine = "flat-cosine"
}

/// The learning rate over a training: a linear warm-up, then a decay to a fraction of the peak.
///
/// Source of the warm-up: Goyal et al. 2017, section 2.2.
package struct LearningRateSchedule: Hashable, Sendable {
  /// The rate at the end of the warm-up.
  package var peak: Double
  package var course = LearningRateCourse.cosine
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
    let start = course == .flatCosine ? max(totalSteps / 2, warmupSteps) : warmupSteps
    let length = max(totalSteps - 1 - start, 1)
    let progress = min(max(Double(step - start) / Double(length), 0), 1)
    let height = (1 + cos(Double.pi * progress)) / 2
    return StepHyperparameters(
      rate: peak * (finalLearningRateFraction + (1 - finalLearningRateFraction) * height),
      momentum: momentum)
  }
}
