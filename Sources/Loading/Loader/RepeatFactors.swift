import Basics
import Datasets
import Foundation

/// The mean number of repeats of each sample in an epoch: 1, or more if it has rare classes.
///
/// Source: repeat-factor sampling (LVIS, Gupta et al. 2019, section 4.3): a class that occurs in a
/// fraction f of the images has the factor max(1, sqrt(t / f)); an image has the maximum over its
/// classes.
struct RepeatFactors: Hashable {
  /// The factor of each sample, 1 or more.
  let factors: [Double]
  /// Images per epoch, over all ranks.
  let epochCount: Int

  /// Computes the factors; a threshold of 0 repeats nothing.
  init(_ samples: [Sample], threshold: Double) {
    var images: [Int: Int] = [:]
    let classes = samples.map { Set($0.annotations.map(\.classIndex)) }
    for present in classes { for index in present { images[index, default: 0] += 1 } }
    let factors = classes.map { present in
      present.map { index in
        (threshold * Double(samples.count) / Double(images[index] ?? 1)).squareRoot()
      }.reduce(1, max)
    }
    self.factors = factors
    epochCount = Int(factors.reduce(0, +).rounded())
  }

  /// The sample indices of an epoch, ascending. Each is repeated by its factor, rounded up or down
  /// with one common random offset (systematic sampling), so that all epochs are equally long.
  func members(using generator: SeededGenerator) -> [Int] {
    guard epochCount > factors.count else { return Array(factors.indices) }
    var generator = generator
    let offset = Double(generator.uniform())
    let scale = Double(epochCount) / factors.reduce(0, +)
    var members: [Int] = []
    var sum = offset
    for (index, factor) in factors.enumerated() {
      sum += factor * scale
      while members.count < min(Int(sum), epochCount) { members.append(index) }
    }
    // Compensates for rounding errors.
    while members.count < epochCount { members.append(factors.count - 1) }
    return members
  }
}
