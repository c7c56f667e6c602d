import Foundation

/// The speed of a training and its estimated duration.
struct TrainingProgress {
  /// Seconds of training, validation and saving, in all processes of the run.
  private(set) var seconds: Double
  /// Images per second over the last steps.
  private(set) var imagesPerSecond = 0.0
  /// Training images and seconds of this epoch, without validation.
  private var epochImages = 0
  private var epochSeconds = 0.0
  /// The part of `epochSeconds` spent waiting for data.
  private var waitedSeconds = 0.0
  /// Seconds of the last validation.
  private var validationSeconds = 0.0
  private var last = ContinuousClock.now

  /// - Parameter seconds: The seconds of the run's earlier processes.
  init(seconds: Double) { self.seconds = seconds }

  /// Training images per second in this epoch.
  var epochSpeed: Double { epochSeconds > 0 ? Double(epochImages) / epochSeconds : 0 }

  /// The fraction of this epoch's training time spent waiting for data, 0...1.
  var dataWaitFraction: Double { epochSeconds > 0 ? waitedSeconds / epochSeconds : 0 }

  /// Records a step that has just ended; `waited` is its time spent waiting for data, in seconds.
  mutating func step(images: Int, waited: Double) {
    let passed = pass()
    waitedSeconds += waited
    epochImages += images
    epochSeconds += passed
    let speed = Double(images) / max(passed, 1e-9)
    // An exponential average over about the last 20 steps.
    imagesPerSecond = imagesPerSecond == 0 ? speed : 0.95 * imagesPerSecond + 0.05 * speed
  }

  /// Records a validation that has just ended.
  mutating func validation() { validationSeconds = pass() }

  /// Starts the next epoch.
  mutating func nextEpoch() {
    _ = pass()
    (epochImages, epochSeconds, waitedSeconds) = (0, 0, 0)
  }

  /// The estimated seconds for a number of training images and validations.
  func secondsLeft(images: Int, validations: Int) -> Double {
    guard imagesPerSecond > 0 else { return 0 }
    return Double(images) / imagesPerSecond + Double(validations) * validationSeconds
  }

  private mutating func pass() -> Double {
    let now = ContinuousClock.now
    let passed = (now - last) / .seconds(1)
    last = now
    seconds += passed
    return passed
  }
}
