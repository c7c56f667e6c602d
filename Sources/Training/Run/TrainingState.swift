/// Where a training is, besides its blocks of numbers: what a checkpoint says in words.
struct TrainingState: Hashable, Codable {
  /// Steps done.
  var step = 0
  /// The epoch of the next step, from 0.
  var epoch = 0
  /// The batch of the next step in its epoch, from 0.
  var batch = 0
  /// The losses of the epoch that has begun.
  var losses = MeanLosses()
  /// Seconds of all sittings.
  var seconds = 0.0
  /// The epoch with the best AP.
  var best: BestEpoch?
  /// The seed: with step, epoch and batch it is the state of everything random.
  var seed: UInt64 = 0
}
