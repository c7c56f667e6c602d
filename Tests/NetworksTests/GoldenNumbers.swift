import TestSupport
@testable import Basics
import Engine

@testable import Networks

/// The numbers that `Golden/make_resnet.py` and its siblings give to a network, so that golden files
/// hold no weights.
enum GoldenNumbers {
  /// Those of a name: SplitMix64 from the name's FNV-1a hash.
  static func of(_ name: String, _ count: Int, _ low: Double, _ high: Double) -> [Float] {
    let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    var generator = SeededGenerator(seed: hash)
    return (0..<count).map { _ in Float(low + (high - low) * Double(generator.uniform())) }
  }

  /// Sets all parameters by their names.
  static func fill(_ parameters: ParameterBlock) {
    for entry in parameters.layout.entries {
      let (low, high) = range(entry.name, parameters.exported(entry).shape)
      parameters.importValues(of(entry.name, entry.range.count, low, high), for: entry)
    }
  }

  /// The range of a parameter's values.
  private static func range(_ name: String, _ shape: [Int]) -> (Double, Double) {
    if name.hasSuffix("running_var") { return (0.5, 1.5) }
    if name.hasSuffix("running_mean") || name.hasSuffix("bias") { return (-0.1, 0.1) }
    if shape.count == 1 { return (0.75, 1.25) }
    let bound = (6 / Double(shape.dropFirst().reduce(1, *))).squareRoot()
    return (-bound, bound)
  }
}
