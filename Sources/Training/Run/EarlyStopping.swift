extension TrainingConfig {
  /// Whether an epoch, counted from 0, ends with a validation.
  func validates(epoch: Int) -> Bool {
    epoch + 1 == epochs || (validationInterval > 0 && (epoch + 1) % validationInterval == 0)
  }

  /// Whether `patience` validations without improvement followed that of the best epoch.
  ///
  /// With a flat learning rate metrics stop to rise until the rate falls, so that only validations of
  /// its second half count.
  func isEarlyStopped(_ state: TrainingState) -> Bool {
    guard patience > 0, let best = state.best, state.epoch < epochs else { return false }
    let start = max(best.epoch + 1, learningRateCourse == .flatCosine ? epochs / 2 : 0)
    return (start..<max(state.epoch, start)).count { validates(epoch: $0) } >= patience
  }

  /// Whether nothing is left to train, after all epochs or an early stop.
  func isFinished(_ state: TrainingState) -> Bool {
    state.epoch >= epochs || isEarlyStopped(state)
  }
}
