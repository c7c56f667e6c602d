import Foundation

/// A small, fast pseudorandom number generator; the sequence depends only on the seed.
///
/// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014).
/// Seeds are always arguments; Glimpse uses no global generator.
package struct SeededGenerator: RandomNumberGenerator, Hashable, Sendable {
  /// The complete state; saving and restoring it continues the sequence.
  package var state: UInt64

  /// Starts the sequence of `seed`.
  package init(seed: UInt64) {
    state = seed
  }

  /// Starts an independent sequence for each combination of numbers, such as seed, epoch and index.
  package init(seed: UInt64, _ parts: UInt64...) {
    var mixer = SeededGenerator(seed: seed)
    for part in parts {
      mixer.state = mixer.next() ^ (part &* 0xD1B5_4A32_D192_ED03)
    }
    state = mixer.next()
  }

  /// The next 64 random bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A uniformly distributed number in 0..<1 with 24 random bits.
  package mutating func uniform() -> Float {
    Float(next() >> 40) * 0x1p-24
  }

  /// A uniformly distributed number in the range.
  package mutating func uniform(in range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A normally distributed number with mean 0 and standard deviation 1 (Box and Muller 1958).
  package mutating func normal() -> Float {
    let radius = (-2 * log(Double(1 - uniform()))).squareRoot()
    return Float(radius * cos(2 * Double.pi * Double(uniform())))
  }
}

extension SeededGenerator {
  /// True with the given probability, 0...1.
  package mutating func chance(_ probability: Double) -> Bool { uniform() < Float(probability) }

  /// A uniformly distributed number in `center ± reach`, computed in single precision.
  package mutating func around(_ center: Double, reach: Double) -> Double {
    let (center, reach) = (Float(center), Float(reach))
    return Double(uniform(in: (center - reach)...(center + reach)))
  }

  /// A uniformly distributed number in `±reach`, computed in single precision.
  package mutating func around(_ reach: Double) -> Double { around(0, reach: reach) }

  /// A uniformly distributed integer in `0..<limit`; `limit` is at least 1.
  ///
  /// Own implementation, because the standard library does not guarantee that its method stays the
  /// same between versions. The bias is below limit / 2^64 (Lemire's method without rejection).
  package mutating func index(below limit: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(limit)).high)
  }

  /// The integers `0..<count` in random order (Fisher-Yates shuffle).
  package mutating func permutation(of count: Int) -> [Int] { shuffled(Array(0..<count)) }

  /// The elements in random order (Fisher-Yates shuffle).
  package mutating func shuffled(_ elements: [Int]) -> [Int] {
    var order = elements
    for last in stride(from: order.count - 1, to: 0, by: -1) {
      order.swapAt(last, index(below: last + 1))
    }
    return order
  }
}
