import TestSupport
@testable import Basics
import Engine

/// Compares a network's backward pass with differences of its forward pass.
///
/// The loss is a weighted sum of all outputs. Along a direction d in the space of one parameter or
/// of the input, its slope <gradient, d> must equal the five-point central difference
/// (8 (L(h) - L(-h)) - (L(2h) - L(-2h))) / 12h, whose error falls with h^4. The best of three steps
/// counts: curvature asks for a small one, rounding for a large one, and a wrong gradient fits none.
struct GradientCheck {
  /// The largest error found, and where.
  struct Worst {
    var error = 0.0
    var place = ""
  }

  private let session: Session
  private let weights: [Tensor]
  private static let steps: [Float] = [0.04, 0.01, 0.0025]

  /// Builds the network for an input and takes random parameters.
  init(input: Shape, _ build: (Value, Scope) -> [Value]) throws {
    let scope = Scope()
    let graph = scope.finish(outputs: build(scope.input(input), scope))
    let parameters = ParameterBlock(graph.parameterLayout, seed: 3)
    // Scale and shift away from 1 and 0, so that nothing cancels by chance.
    var noise = SeededGenerator(seed: 5)
    for index in parameters.layout.trainable {
      parameters.values[index] += noise.uniform(in: -0.1...0.1)
    }
    session = try Bench(threads: 2).session(
      graph, parameters, mode: .training(inputGradients: true))
    session.inputs[0].copy(from: Tensor(random: input, seed: 7))
    weights = session.outputs.enumerated().map {
      Tensor(random: $1.shape, seed: 100 + UInt64($0))
    }
  }

  /// Checks all parameters and the input.
  func worst() -> Worst {
    var generator = SeededGenerator(seed: 11)
    _ = loss()
    for (gradient, weight) in zip(session.outputGradients, weights) { gradient.copy(from: weight) }
    session.backward()
    var worst = Worst()
    func note(_ error: Double, _ place: String) {
      if !(error <= worst.error) { worst = Worst(error: error, place: place) }
    }
    guard let gradients = session.gradients?.copy() else { return worst }
    let inputGradient = session.inputGradients[0].tensor().values
    for entry in session.parameters.layout.entries where entry.declaration.kind != .statistic {
      let values = UnsafeMutableBufferPointer(rebasing: session.parameters.values[entry.range])
      note(
        error(Array(gradients.values[entry.range]), &generator) { move(values, $0, $1) },
        entry.name)
    }
    let view = session.inputs[0]
    let start = view.tensor()
    let inputError = error(inputGradient, &generator) { direction, distance in
      var moved = start
      for index in direction.indices { moved.values[index] += distance * direction[index] }
      return loss(of: moved)
    }
    note(inputError, "input")
    return worst
  }

  /// The loss with the values moved by `distance` along `direction`, which are then put back.
  private func move(
    _ values: UnsafeMutableBufferPointer<Float>, _ direction: [Float], _ distance: Float
  ) -> Double {
    let saved = Array(values)
    for index in values.indices { values[index] += distance * direction[index] }
    defer { _ = values.update(fromContentsOf: saved) }
    return loss()
  }

  private func loss(of input: Tensor) -> Double {
    let saved = session.inputs[0].tensor()
    session.inputs[0].copy(from: input)
    defer { session.inputs[0].copy(from: saved) }
    return loss()
  }

  private func loss() -> Double {
    session.forward(seed: 1)
    return zip(session.outputs, weights).reduce(0) { sum, pair in
      zip(pair.0.tensor().values, pair.1.values).reduce(sum) {
        $0 + Double($1.0) * Double($1.1)
      }
    }
  }

  /// The largest relative error over two directions that follow the gradient and one that does not.
  private func error(
    _ gradient: [Float], _ generator: inout SeededGenerator, _ loss: ([Float], Float) -> Double
  ) -> Double {
    let norm = length(gradient)
    guard norm > 0 else { return .infinity }
    var worst = 0.0
    for round in 0..<3 {
      // A wrong zero in the gradient shows only along a direction that does not follow it.
      let raw = gradient.map {
        round < 2 ? $0 * generator.uniform() : generator.uniform(in: -1...1)
      }
      let scale = Float(1 / length(raw))
      let direction = raw.map { $0 * scale }
      let slope = zip(gradient, direction).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      let size = max(abs(slope), norm / Double(gradient.count).squareRoot())
      var best = Double.infinity
      for step in Self.steps {
        let near = loss(direction, step) - loss(direction, -step)
        let far = loss(direction, 2 * step) - loss(direction, -2 * step)
        let measured = (8 * near - far) / (12 * Double(step))
        best = min(best, abs(measured - slope) / size)
      }
      worst = max(worst, best)
    }
    return worst
  }

  private func length(_ values: [Float]) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}
