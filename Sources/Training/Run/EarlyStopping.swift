extension TrainingConfig {
  /// Whether an epoch, counted from 0, ends with a validation.
  func validates(epoch: Int) -> Bool {
    epoch + 1 == epochs || (validationInterval > 0 && (epoch + 1) % validationInterval == 0)
  }

  /// Whether `patience` validations without improvement followed that of the best epoch.
  func isEarlyStopped(_ state: TrainingState) -> Bool {
    guard patience > 0, let best = state.best, state.epoch < epochs else { return false }
    return (best.epoch + 1..<state.epoch).count { validates(epoch: $0) } >= patience
  }
}
