import Basics

/// What the random numbers of one training image follow from, and nothing else.
struct SampleSeed: Hashable {
  let seed: UInt64
  let epoch: Int
  /// The place in the epoch's order, over all ranks.
  let place: Int
  /// 0 for an image, 1 for the one that mixup lays over it.
  var layer: UInt64 = 0

  /// A sequence of random numbers for each purpose, so that turning one augmentation on does not
  /// change what others draw.
  enum Stream: UInt64 {
    /// Mosaic, mirroring, scale, shift and colors.
    case scene
    case geometry, tone, crop, effects, mixup, copyPaste, nine
  }

  /// The sequence for a purpose.
  func generator(_ stream: Stream) -> SeededGenerator {
    let tag = layer << 8 | stream.rawValue
    return tag == 0
      ? SeededGenerator(seed: seed, UInt64(epoch), UInt64(place))
      : SeededGenerator(seed: seed, UInt64(epoch), UInt64(place), tag)
  }
}
