@testable import Basics
import Engine
import Foundation
import TestSupport
import Testing

@testable import Training

/// Muon against its formulas in double precision (Jordan et al. 2024; Liu et al. 2025, section 2.2).
@Suite struct MuonTests {
  private typealias Matrix = [[Double]]

  private static let momentum = 0.95
  private static let rate = 0.01
  private static let decay = 0.05

  private static func declaration(_ shape: [Int]) -> ParameterDeclaration {
    ParameterDeclaration("weight", shape: shape, kind: .weight, initializer: .uniform(fan: 4))
  }

  /// Matrices that are wide, high, of a 3x3 kernel, and of odd sizes for every vector width; then
  /// parameters that are left to AdamW.
  private static let matrices: [(name: String, shape: [Int])] = [
    ("wide.weight", [1, 1, 24, 40]), ("high.weight", [1, 1, 37, 11]),
    ("kernel.weight", [3, 3, 8, 19]), ("linear.weight", [9, 65]),
  ]
  private static let others: [(name: String, shape: [Int])] = [
    ("depthwise.weight", [3, 3, 1, 16]), ("output.weight", [1, 1, 16, 20]),
    ("narrow.weight", [1, 1, 32, 4]), ("vector.weight", [50]),
  ]

  private static let layout = ParameterLayout(
    (matrices + others).map { ($0.name, declaration($0.shape)) } + [
      (
        "output.bias",
        ParameterDeclaration("bias", shape: [20], kind: .bias, initializer: .uniform(fan: 4))
      )
    ])

  private func gradients(_ step: Int) -> ParameterBlock {
    let block = ParameterBlock(zeros: Self.layout)
    var generator = SeededGenerator(seed: 9, UInt64(step))
    for index in Self.layout.trainable { block.values[index] = generator.normal() }
    return block
  }

  private func step(
    _ optimizer: any Optimizer, _ parameters: ParameterBlock, _ index: Int, _ set: InstructionSet
  )
    throws
  {
    optimizer.step(
      parameters, gradients: gradients(index),
      hyperparameters: StepHyperparameters(rate: Self.rate, momentum: 0.9), iteration: index,
      gradientScale: 0.5,
      arithmetic: VectorOperations(pool: ThreadPool(threads: 2), kernels: try Kernels(set)))
  }

  private func product(_ a: Matrix, _ b: Matrix) -> Matrix {
    a.map { row in
      b[0].indices.map { column in row.indices.reduce(0) { $0 + row[$1] * b[$1][column] } }
    }
  }

  private func transposed(_ a: Matrix) -> Matrix {
    a[0].indices.map { column in a.map { $0[column] } }
  }

  private func sum(_ x: Double, _ a: Matrix, _ y: Double, _ b: Matrix) -> Matrix {
    zip(a, b).map { zip($0, $1).map { x * $0 + y * $1 } }
  }

  private func orthogonalized(_ matrix: Matrix) -> Matrix {
    let isHigh = matrix.count > matrix[0].count
    var x = isHigh ? transposed(matrix) : matrix
    let norm = x.joined().reduce(0) { $0 + $1 * $1 }.squareRoot()
    x = x.map { $0.map { $0 / norm } }
    for _ in 0..<5 {
      let square = product(x, transposed(x))
      let polynomial = sum(-4.7750, square, 2.0315, product(square, square))
      x = sum(3.4445, x, 1, product(polynomial, x))
    }
    return isHigh ? transposed(x) : x
  }

  @Test(arguments: InstructionSet.available)
  func matricesAreUpdatedByTheirOrthogonalizedMomentum(set: InstructionSet) throws {
    let layout = Self.layout
    let parameters = ParameterBlock(layout, seed: 1)
    let initial = parameters.copy()
    let optimizer = OptimizerChoice.muon.make(layout, weightDecay: Self.decay)
    for index in 1...3 { try step(optimizer, parameters, index, set) }
    for (name, shape) in Self.matrices {
      let entry = try #require(layout[name])
      let columns = shape[shape.count - 1]
      func matrix(_ block: ParameterBlock) -> Matrix {
        let values = block.values[entry.range].map(Double.init)
        return stride(from: 0, to: values.count, by: columns).map {
          Array(values[$0..<$0 + columns])
        }
      }
      var p = matrix(initial)
      var v = p.map { $0.map { _ in 0.0 } }
      for index in 1...3 {
        let g = sum(0.5, matrix(gradients(index)), 0, p)
        v = sum(Self.momentum, v, 1, g)
        let scale = Self.rate * 0.2 * Double(max(p.count, columns)).squareRoot()
        p = sum(
          1 - Self.rate * Self.decay, p, -scale, orthogonalized(sum(1, g, Self.momentum, v)))
      }
      // An update is about 0.2 * rate per weight; single precision in five iterations.
      #expect(
        largestDifference(Array(parameters.values[entry.range]), p.flatMap(\.self)) < 2e-6,
        "\(name)")
    }
  }

  /// The iteration leaves singular values between 0.68 and 1.13 (Jordan et al. 2024), so that x xT is
  /// near the identity.
  @Test func orthogonalizedRowsAreNearlyOrthonormal() {
    var generator = SeededGenerator(seed: 3)
    let x = orthogonalized((0..<12).map { _ in (0..<30).map { _ in Double(generator.normal()) } })
    let gram = product(x, transposed(x))
    for row in gram.indices {
      for column in gram.indices where row != column { #expect(abs(gram[row][column]) < 0.3) }
      #expect((0.45...1.3).contains(gram[row][row]))
    }
  }

  @Test func otherParametersAreUpdatedByAdamW() throws {
    let (mixed, plain) = (
      ParameterBlock(Self.layout, seed: 1), ParameterBlock(Self.layout, seed: 1)
    )
    let muon = OptimizerChoice.muon.make(Self.layout, weightDecay: Self.decay)
    let adamW = OptimizerChoice.adamw.make(Self.layout, weightDecay: Self.decay)
    for index in 1...3 {
      try step(muon, mixed, index, .scalar)
      try step(adamW, plain, index, .scalar)
    }
    for name in Self.others.map(\.name) + ["output.bias"] {
      let range = try #require(Self.layout[name]).range
      #expect(Array(mixed.values[range]) == Array(plain.values[range]), "\(name)")
    }
  }
}
