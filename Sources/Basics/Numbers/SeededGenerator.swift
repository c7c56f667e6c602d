import Foundation

/// A small, fast random generator whose sequence depends on its seed alone.
///
/// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014).
/// Seeds are arguments everywhere; nothing in Glimpse reads a global generator.
package struct SeededGenerator: RandomNumberGenerator, Hashable, Sendable {
  /// The whole state: saving and restoring it continues the sequence.
  package var state: UInt64

  /// Starts the sequence of a seed.
  package init(seed: UInt64) {
    state = seed
  }

  /// Starts a sequence of its own for each combination of numbers, such as seed, epoch and index.
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

  /// A number in 0..<1 of 24 random bits.
  package mutating func uniform() -> Float {
    Float(next() >> 40) * 0x1p-24
  }

  /// A number in the range, all equally likely.
  package mutating func uniform(in range: ClosedRange<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A number from the normal distribution of mean 0 and deviation 1 (Box and Muller 1958).
  package mutating func normal() -> Float {
    let radius = (-2 * log(Double(1 - uniform()))).squareRoot()
    return Float(radius * cos(2 * Double.pi * Double(uniform())))
  }
}

extension SeededGenerator {
  /// True with a probability, 0...1.
  package mutating func chance(_ probability: Double) -> Bool { uniform() < Float(probability) }

  /// A number from `center - reach` to `center + reach`, computed in single precision.
  package mutating func around(_ center: Double, reach: Double) -> Double {
    let (center, reach) = (Float(center), Float(reach))
    return Double(uniform(in: (center - reach)...(center + reach)))
  }

  /// A number from `-reach` to `reach`, computed in single precision.
  package mutating func around(_ reach: Double) -> Double { around(0, reach: reach) }

  /// A whole number from 0 up to, and without, a limit of at least 1.
  ///
  /// Written out, because the standard library does not promise that its own way of drawing stays
  /// the same; the bias is below limit / 2^64.
  package mutating func index(below limit: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(limit)).high)
  }

  /// The numbers 0 ..< count in random order (Fisher and Yates).
  package mutating func permutation(of count: Int) -> [Int] { shuffled(Array(0..<count)) }

  /// The elements in random order (Fisher and Yates).
  package mutating func shuffled(_ elements: [Int]) -> [Int] {
    var order = elements
    for last in stride(from: order.count - 1, to: 0, by: -1) {
      order.swapAt(last, index(below: last + 1))
    }
    return order
  }
}
