import Basics

/// The seed of the random parameters of one training image.
struct SampleSeed: Hashable {
  let seed: UInt64
  let epoch: Int
  /// The position in the epoch's order, over all ranks.
  let place: Int
  /// 0 for the image itself, 1 for the one that mixup blends with it.
  var layer: UInt64 = 0

  /// Each purpose has its own random stream, so that enabling one augmentation does not change the
  /// parameters of others. A new augmentation appends a case.
  enum Stream: UInt64 {
    /// Mosaic, flip, scale, shift, hue, saturation and value.
    case scene
    case geometry, tone, crop, effects, mixup, copyPaste, nine, noise, elastic, patch
  }

  func generator(_ stream: Stream) -> SeededGenerator {
    let tag = layer << 8 | stream.rawValue
    return tag == 0
      ? SeededGenerator(seed: seed, UInt64(epoch), UInt64(place))
      : SeededGenerator(seed: seed, UInt64(epoch), UInt64(place), tag)
  }
}
