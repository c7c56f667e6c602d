import TestSupport
import Testing

@testable import Engine

/// Every op on every instruction set against the plain loops, and on several threads.
@Suite struct OpKernelTests {
  @Test(arguments: OpCase.small + OpCase.large, Placement.allCases)
  func agreesWithScalar(_ test: OpCase, _ placement: Placement) throws {
    let expected = try OpNetwork(test, placement, .scalar).step()
    for set in InstructionSet.available where set != .scalar {
      let found = try OpNetwork(test, placement, set, threads: 2).step()
      // Sums of up to 20,000 values in another rounding: well under 1e-5 of the largest.
      for (a, b) in zip(found.outputs, expected.outputs) {
        #expect(Self.difference(a.values, b.values) < 1e-5, "output, \(set)")
      }
      for (a, b) in zip(found.inputGradients, expected.inputGradients) {
        #expect(Self.difference(a.values, b.values) < 1e-5, "gradient, \(set)")
      }
      #expect(Self.difference(found.parameterGradients, expected.parameterGradients) < 1e-5)
      #expect(Self.difference(found.parameters, expected.parameters) < 1e-5)
    }
  }

  @Test(arguments: OpCase.large, Placement.allCases)
  func threadsDoNotChangeBits(_ test: OpCase, _ placement: Placement) throws {
    let set = try InstructionSet.chosen()
    let one = try OpNetwork(test, placement, set, threads: 1).step()
    for threads in [2, 3] {
      #expect(try OpNetwork(test, placement, set, threads: threads).step() == one)
    }
  }

  /// The largest difference over the largest magnitude.
  static func difference(_ a: [Float], _ b: [Float]) -> Float {
    let magnitude = b.map(abs).max() ?? 0
    return (zip(a, b).map { abs($0 - $1) }.max() ?? 0) / max(magnitude, 1e-6)
  }
}
