import Foundation
import Imaging
import Loading
import Testing

@testable import Basics
@testable import Engine
@testable import Training

/// Losses over class indices against the plain formulas and their central differences, in double
/// precision.
@Suite struct LabelLossTests {
  /// Evaluates a loss on random logits; returns the terms, the logits and the gradient.
  private func evaluate(
    _ loss: some Loss, _ targets: Targets, _ shape: Shape, threads: Int, spread: Float = 4
  ) -> (terms: LossTerms, logits: [Double], gradient: [Double]) {
    var generator = SeededGenerator(seed: 3)
    let logits = (0..<shape.count).map { _ in generator.uniform(in: -spread...spread) }
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: 2 * shape.count)
    defer { memory.deallocate() }
    memory.update(from: logits, count: logits.count)
    (memory + shape.count).update(repeating: .nan, count: shape.count)
    let output = View(data: memory, shape: shape, stride: shape.c)
    let gradient = View(data: memory + shape.count, shape: shape, stride: shape.c)
    let terms = loss.evaluate(
      outputs: [output], targets: targets, gradients: [gradient],
      pool: ThreadPool(threads: threads))
    return (terms, logits.map(Double.init), gradient.tensor().values.map(Double.init))
  }

  private func expectGradient(
    _ gradient: [Double], at logits: [Double], of loss: ([Double]) -> Double
  ) {
    for (index, found) in gradient.enumerated() {
      var (low, high) = (logits, logits)
      low[index] -= 1e-5
      high[index] += 1e-5
      #expect(abs(found - (loss(high) - loss(low)) / 2e-5) < 1e-7, "logit \(index)")
    }
  }

  /// -log of the softmax at the target, the mean over the images.
  @Test func classification() {
    let (classes, count) = ([2, 0, 1], 4)
    func loss(_ logits: [Double]) -> Double {
      var sum = 0.0
      for (image, target) in classes.enumerated() {
        let row = logits[image * count..<(image + 1) * count]
        sum -= logits[image * count + target] - log(row.reduce(0) { $0 + exp($1) })
      }
      return sum / Double(classes.count)
    }
    let found = evaluate(
      ClassificationLoss(classCount: count), .classes(classes), Shape(n: 3, h: 1, w: 1, c: count),
      threads: 1)
    #expect(found.terms.sampleCount == 3)
    #expect(abs(found.terms.total - loss(found.logits)) < 1e-6)
    expectGradient(found.gradient, at: found.logits, of: loss)
    // Logits beyond the range of exp.
    let large = evaluate(
      ClassificationLoss(classCount: count), .classes(classes), Shape(n: 3, h: 1, w: 1, c: count),
      threads: 1, spread: 1e30)
    #expect(large.terms.total.isFinite && large.gradient.allSatisfy { $0.isFinite })
  }
}
