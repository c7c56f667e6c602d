import TestSupport
import Testing

@testable import Engine

/// Every op's gradients against central differences (Nocedal and Wright 2006, "Numerical
/// Optimization", eq. 8.7).
@Suite struct GradientCheck {
  /// A power of two, so that values near 1 move by exactly this much. The outputs' rounding, about
  /// 1e-6 in a sum of a few hundred, and the third derivative, times step^2 / 6 = 4e-5, both stay
  /// below the tolerance of 1e-3.
  static let step: Float = 1 / 64

  @Test(arguments: OpCase.small, Placement.allCases)
  func gradientsMatchCentralDifferences(_ test: OpCase, _ placement: Placement) throws {
    for set in InstructionSet.available {
      var network = try OpNetwork(test, placement, set)
      let found = network.step()
      for index in network.inputs.indices {
        let expected = network.inputs[index].values.indices.map { place -> Double in
          let value = network.inputs[index].values[place]
          let difference = centralDifference(at: value) {
            network.inputs[index].values[place] = $0
            return network.loss()
          }
          network.inputs[index].values[place] = value
          return difference
        }
        let error = Self.relativeError(found.inputGradients[index].values, expected)
        #expect(error < 1e-3, "input \(index), \(set)")
      }
      for entry in network.graph.parameterLayout.entries
      where entry.declaration.kind != .statistic {
        let expected = entry.range.map { place -> Double in
          let value = network.session.parameters.values[place]
          let difference = centralDifference(at: value) {
            network.session.parameters.values[place] = $0
            return network.loss()
          }
          network.session.parameters.values[place] = value
          return difference
        }
        let error = Self.relativeError(Array(found.parameterGradients[entry.range]), expected)
        #expect(error < 1e-3, "\(entry.name), \(set)")
      }
    }
  }

  private func centralDifference(at value: Float, _ loss: (Float) -> Double) -> Double {
    let (up, down) = (value + Self.step, value - Self.step)
    return (loss(up) - loss(down)) / (Double(up) - Double(down))
  }

  /// The norm of the difference over the norm of the expected; small gradients count as 0.01.
  static func relativeError(_ found: [Float], _ expected: [Double]) -> Double {
    func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let difference = norm(zip(found, expected).map { Double($0) - $1 })
    return difference / max(norm(expected), 0.01)
  }
}
