/// A place in the endless sequence of batches, for starting again where training stopped.
package struct LoaderState: Hashable, Sendable {
  /// The epoch, from 0.
  package var epoch: Int
  /// The batch in the epoch, from 0.
  package var batch: Int

  /// Makes a position.
  package init(epoch: Int, batch: Int) {
    self.epoch = epoch
    self.batch = batch
  }

  /// The first batch of the first epoch.
  package static let start = LoaderState(epoch: 0, batch: 0)
}
