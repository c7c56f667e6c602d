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
        #expect(relativeDifference(a.values, b.values, floor: 1e-6) < 1e-5, "output, \(set)")
      }
      for (a, b) in zip(found.inputGradients, expected.inputGradients) {
        #expect(relativeDifference(a.values, b.values, floor: 1e-6) < 1e-5, "gradient, \(set)")
      }
      #expect(
        relativeDifference(found.parameterGradients, expected.parameterGradients, floor: 1e-6)
          < 1e-5)
      #expect(relativeDifference(found.parameters, expected.parameters, floor: 1e-6) < 1e-5)
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

}
