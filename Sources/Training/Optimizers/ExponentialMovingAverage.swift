import Engine
import Foundation

/// The exponential moving average (EMA) of all parameters of a network, including the statistics of
/// batch normalization.
///
/// The decay of update t grows to its final value:
/// `decay * (1 - exp(-t / ramp))`. Source: YOLOX and Ultralytics `ModelEMA`.
package struct ExponentialMovingAverage {
  /// The averaged values.
  package let values: ParameterBlock
  /// The final decay, 0...1.
  package let decay: Double
  /// The number of updates after which the decay has reached 63 % of its final value.
  package let ramp: Double

  /// Starts from a copy of the parameters.
  package init(of parameters: ParameterBlock, decay: Double = 0.9999, ramp: Double = 2000) {
    values = parameters.copy()
    self.decay = decay
    self.ramp = ramp
  }

  /// The decay of one update, counted from 1.
  package func decay(ofUpdate update: Int) -> Double {
    decay * (1 - exp(-Double(update) / ramp))
  }

  /// Updates the average after one step; updates are counted from 1.
  package func update(_ parameters: ParameterBlock, update: Int, arithmetic: VectorOperations) {
    arithmetic.moveAverage(
      values, toward: parameters, weight: 1 - decay(ofUpdate: update),
      in: 0..<parameters.layout.count)
  }
}
