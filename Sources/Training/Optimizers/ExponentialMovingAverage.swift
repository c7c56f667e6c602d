import Engine
import Foundation

/// The exponential moving average (EMA) of all parameters of a network, including the statistics of
/// batch normalization.
///
/// The decay of update t grows to its final value: `decay * (1 - exp(-t / ramp))`. Source: YOLOX and
/// Ultralytics `ModelEMA`, whose memory of 10,000 updates and ramp of 2,000 make no average at all of
/// a run of 1,000. Here the memory is a fraction of the run.
package struct ExponentialMovingAverage {
  /// The averaged values.
  package let values: ParameterBlock
  /// The number of updates that the average remembers: `1 / (1 - decay)`, at least 1.
  let memory: Double

  /// The longest memory, in updates: YOLOX's.
  private static let longestMemory = 10_000.0

  /// Starts from a copy of the parameters.
  ///
  /// - Parameter memory: In updates; limited to 1...10,000. A memory of 1 is no average.
  package init(of parameters: ParameterBlock, memory: Double) {
    values = parameters.copy()
    self.memory = min(max(memory, 1), Self.longestMemory)
  }

  /// The decay of one update, counted from 1.
  package func decay(ofUpdate update: Int) -> Double {
    let ramp = memory / 10
    return (1 - 1 / memory) * (1 - exp(-Double(update) / ramp))
  }

  /// Updates the average after one step; updates are counted from 1.
  package func update(_ parameters: ParameterBlock, update: Int, arithmetic: VectorOperations) {
    arithmetic.moveAverage(
      values, toward: parameters, weight: 1 - decay(ofUpdate: update),
      in: 0..<parameters.layout.count)
  }
}
