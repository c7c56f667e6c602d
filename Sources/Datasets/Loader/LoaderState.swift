/// A place in the endless sequence of batches, for starting again where training stopped.
public struct LoaderState: Hashable, Sendable {
  /// The epoch, from 0.
  public var epoch: Int
  /// The batch in the epoch, from 0.
  public var batch: Int

  /// Makes a position.
  public init(epoch: Int, batch: Int) {
    self.epoch = epoch
    self.batch = batch
  }

  /// The first batch of the first epoch.
  public static let start = LoaderState(epoch: 0, batch: 0)
}
