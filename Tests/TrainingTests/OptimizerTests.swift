@testable import Basics
import Engine
import Foundation
import TestSupport
import Testing

@testable import Training

/// Steps of the optimizers against the same formulas in double precision, written out plainly.
@Suite struct OptimizerTests {
  /// More floats than one task of the pool takes, so that cutting the work is tested too.
  static let layout = ParameterLayout([
    ("a.weight", .init("weight", shape: [70_001], kind: .weight, initializer: .uniform(fan: 4))),
    ("a.bias", .init("bias", shape: [37], kind: .bias, initializer: .uniform(fan: 4))),
    ("a.mean", .init("mean", shape: [5], kind: .statistic, initializer: .constant(0.25))),
  ])

  /// Parameters after five steps with gradients from a fixed seed, and the same in doubles.
  private func run(
    _ choice: OptimizerChoice, set: InstructionSet, threads: Int,
    reference: (inout Double, inout [Double], _ gradient: Double, _ decay: Double, _ t: Int) -> Void
  ) throws -> (actual: [Float], expected: [Double]) {
    let arithmetic = VectorOperations(pool: ThreadPool(threads: threads), kernels: try Kernels(set))
    let layout = Self.layout
    let parameters = ParameterBlock(layout, seed: 1)
    let gradients = ParameterBlock(zeros: layout)
    var values = parameters.values.map { Double($0) }
    var memory = [[Double]](repeating: [0, 0], count: layout.count)
    let optimizer = choice.make(layout, weightDecay: 0.05)
    for iteration in 1...5 {
      var generator = SeededGenerator(seed: 9, UInt64(iteration))
      for index in layout.trainable { gradients.values[index] = generator.normal() }
      for index in layout.trainable {
        let decay = layout.decayed.contains(index) ? 0.05 : 0
        reference(
          &values[index], &memory[index], 0.5 * Double(gradients.values[index]), decay, iteration)
      }
      optimizer.step(
        parameters, gradients: gradients,
        hyperparameters: StepHyperparameters(rate: 0.01, momentum: 0.9),
        iteration: iteration, gradientScale: 0.5, arithmetic: arithmetic)
    }
    return (Array(parameters.values), values)
  }

  @Test(arguments: InstructionSet.available)
  func nesterovMomentum(set: InstructionSet) throws {
    let result = try run(.sgd, set: set, threads: 2) { p, memory, gradient, decay, _ in
      let g = gradient + decay * p
      memory[0] = 0.9 * memory[0] + g
      p -= 0.01 * (g + 0.9 * memory[0])
    }
    // Five steps of single precision on values under 1.
    #expect(largestDifference(result.actual, result.expected) < 1e-6)
  }

  @Test(arguments: InstructionSet.available)
  func adamW(set: InstructionSet) throws {
    let result = try run(.adamw, set: set, threads: 2) { p, memory, gradient, decay, t in
      memory[0] = 0.9 * memory[0] + 0.1 * gradient
      memory[1] = 0.999 * memory[1] + 0.001 * gradient * gradient
      let m = memory[0] / (1 - pow(0.9, Double(t)))
      let v = memory[1] / (1 - pow(0.999, Double(t)))
      p -= 0.01 * decay * p + 0.01 * m / (v.squareRoot() + 1e-8)
    }
    #expect(largestDifference(result.actual, result.expected) < 1e-6)
  }

  @Test func statisticsStay() throws {
    let result = try run(.sgd, set: .scalar, threads: 1) { _, _, _, _, _ in }
    #expect(result.actual.suffix(5) == [0.25, 0.25, 0.25, 0.25, 0.25])
    #expect(result.actual.first != Float(result.expected[0]))
  }

  @Test(arguments: [OptimizerChoice.sgd, .adamw, .muon])
  func threadsDoNotMatter(choice: OptimizerChoice) throws {
    let set = InstructionSet.available.last ?? .scalar
    let one = try run(choice, set: set, threads: 1) { _, _, _, _, _ in }
    for threads in [2, 3] {
      #expect(try run(choice, set: set, threads: threads) { _, _, _, _, _ in }.actual == one.actual)
    }
  }
}

@Suite struct GradientClippingTests {
  /// 3 and 4 give 5; the statistic's gradient does not count.
  private func block(_ values: [Float]) -> ParameterBlock {
    let block = ParameterBlock(
      zeros: ParameterLayout([
        ("w", .init("w", shape: [2], kind: .weight, initializer: .constant(0))),
        ("s", .init("s", shape: [1], kind: .statistic, initializer: .constant(0))),
      ]))
    for (index, value) in values.enumerated() { block.values[index] = value }
    return block
  }

  private var arithmetic: VectorOperations {
    get throws {
      VectorOperations(
        pool: ThreadPool(threads: 2),
        kernels: try Kernels(InstructionSet.available.last ?? .scalar))
    }
  }

  @Test func longGradientsAreScaled() throws {
    let result = GradientClipping(limit: 1).measure(block([3, 4, 100]), arithmetic: try arithmetic)
    #expect(result.norm == 5)
    // PyTorch adds 1e-6 to the norm.
    #expect(abs(result.scale - 1 / 5.000001) < 1e-12)
  }

  @Test func shortGradientsStay() throws {
    let result = GradientClipping(limit: 10).measure(
      block([3, 4, 100]), arithmetic: try arithmetic)
    #expect(result.scale == 1)
  }

  @Test func infiniteGradientsShow() throws {
    for bad in [Float.infinity, .nan] {
      let result = GradientClipping(limit: 1).measure(
        block([bad, 0, 0]), arithmetic: try arithmetic)
      #expect(!result.norm.isFinite)
    }
  }

  @Test func normIsTheSameOnAllThreadsAndSets() throws {
    let block = ParameterBlock(OptimizerTests.layout, seed: 4)
    let range = block.layout.trainable
    // The lanes are summed in double precision, where fused multiplication changes little.
    let exact = block.values[range].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    for set in InstructionSet.available {
      let kernels = try Kernels(set)
      let norms = [1, 2, 3].map {
        VectorOperations(pool: ThreadPool(threads: $0), kernels: kernels).norm(block, in: range)
      }
      #expect(norms[0] == norms[1] && norms[1] == norms[2])
      #expect(abs(norms[0] - exact) < 1e-10 * exact)
    }
  }
}
