/// The division of an epoch's images into batches.
///
/// A last partial batch of at least half the size is a batch of its own, because its statistics are good
/// enough for batch normalization; a smaller one joins the batch before it. No image is skipped.
package struct BatchPartition: Hashable, Sendable {
  /// The number of images.
  private let count: Int
  /// Images per batch, at most all.
  let size: Int

  /// - Parameter size: Images per batch, at least 1.
  package init(count: Int, size: Int) {
    precondition(
      count >= 0 && size > 0, "\(count) images cannot be divided into batches of \(size)")
    self.count = count
    self.size = max(min(size, count), 1)
  }

  /// The number of batches.
  package var batchCount: Int {
    let rest = count % size
    return count / size + (rest > 0 && 2 * rest >= size ? 1 : 0)
  }

  /// The number of images of the largest batch, 0 without any image.
  package var largest: Int {
    batchCount == 0 ? 0 : max(places(ofBatch: 0).count, places(ofBatch: batchCount - 1).count)
  }

  /// The positions of a batch's images.
  func places(ofBatch batch: Int) -> Range<Int> {
    batch * size..<(batch == batchCount - 1 ? count : (batch + 1) * size)
  }

  /// The batch of a position.
  func batch(ofPlace place: Int) -> Int { min(place / size, batchCount - 1) }
}
