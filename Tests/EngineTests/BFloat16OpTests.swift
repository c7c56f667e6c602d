import TestSupport
import Testing

@testable import Engine

/// Every op in bfloat16: against itself in floats, and every instruction set against the plain loops.
@Suite struct BFloat16OpTests {
  /// The norm of the difference over the norm of the expected, for all tensors together.
  static func error(_ found: [[Float]], _ expected: [[Float]]) -> Double {
    var (difference, norm) = (0.0, 0.0)
    for (a, b) in zip(found.joined(), expected.joined()) {
      difference += Double(a - b) * Double(a - b)
      norm += Double(b) * Double(b)
    }
    return (difference / max(norm, 1e-12)).squareRoot()
  }

  /// A network whose inputs are bfloat16 already, so that no two of them become alike.
  static func step(
    _ test: OpCase, _ placement: Placement, _ kernels: Kernels, threads: Int = 1
  ) throws -> OpNetwork.Step {
    var network = try OpNetwork(test, placement, kernels, threads: threads)
    for index in network.inputs.indices {
      network.inputs[index].values = network.inputs[index].values.map {
        Float(bitPattern: $0.bitPattern & 0xFFFF_0000)
      }
    }
    return network.step()
  }

  static func expectNear(
    _ found: OpNetwork.Step, _ expected: OpNetwork.Step, within tolerance: Double, _ what: String
  ) {
    #expect(
      error(found.outputs.map(\.values), expected.outputs.map(\.values)) < tolerance,
      "outputs, \(what)")
    #expect(
      error(found.inputGradients.map(\.values), expected.inputGradients.map(\.values)) < tolerance,
      "input gradients, \(what)")
    #expect(
      error([found.parameterGradients], [expected.parameterGradients]) < tolerance,
      "parameter gradients, \(what)")
    #expect(error([found.parameters], [expected.parameters]) < 1e-3, "statistics, \(what)")
  }

  /// A value is rounded to within 2^-9, 0.1 % on average, wherever it is stored: weights, the op's
  /// result, each gradient. Normalization enlarges the error of what it has subtracted a mean from.
  /// The graph around a dropout has other nodes, so that other values fall.
  @Test(
    arguments: (OpCase.small + OpCase.large).filter { !$0.name.hasPrefix("dropout") },
    Placement.allCases)
  func staysNearFloats(_ test: OpCase, _ placement: Placement) throws {
    let expected = try Self.step(test, placement, Kernels(.scalar))
    let found = try Self.step(test, placement, Kernels(.scalar, precision: .bf16))
    Self.expectNear(found, expected, within: 0.01, test.name)
  }

  /// Sums in another order, and so here and there a neighboring value where one is stored.
  @Test(arguments: OpCase.small + OpCase.large, Placement.allCases)
  func agreesWithScalar(_ test: OpCase, _ placement: Placement) throws {
    let expected = try Self.step(test, placement, Kernels(.scalar, precision: .bf16))
    for kernels in BFloat16ConvolutionTests.kernels.dropFirst() {
      let found = try Self.step(test, placement, kernels, threads: 2)
      Self.expectNear(found, expected, within: 0.003, "\(kernels.instructionSet)")
    }
  }

  @Test(arguments: OpCase.large, Placement.allCases)
  func threadsDoNotChangeBits(_ test: OpCase, _ placement: Placement) throws {
    for kernels in BFloat16ConvolutionTests.kernels {
      let one = try Self.step(test, placement, kernels)
      for threads in [2, 3] {
        #expect(try Self.step(test, placement, kernels, threads: threads) == one)
      }
    }
  }
}
