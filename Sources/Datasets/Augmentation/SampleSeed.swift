import Engine

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

extension SeededGenerator {
  /// True with a probability, 0...1.
  mutating func chance(_ probability: Float) -> Bool { uniform() < probability }

  /// A number between -reach and reach.
  mutating func around(_ reach: Float) -> Double { Double(uniform(in: -reach...reach)) }

  /// A whole number from 0 up to, and without, a limit of at least 1.
  ///
  /// Written out, because the standard library does not promise that its own way of drawing stays
  /// the same; the bias is below limit / 2^64.
  mutating func index(below limit: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(limit)).high)
  }

  /// The numbers 0 ..< count in random order (Fisher and Yates).
  mutating func permutation(of count: Int) -> [Int] { shuffled(Array(0..<count)) }

  /// The elements in random order (Fisher and Yates).
  mutating func shuffled(_ elements: [Int]) -> [Int] {
    var order = elements
    for last in stride(from: order.count - 1, to: 0, by: -1) {
      order.swapAt(last, index(below: last + 1))
    }
    return order
  }
}
