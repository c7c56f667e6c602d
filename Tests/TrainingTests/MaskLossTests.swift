@testable import Basics
import Foundation
import Imaging
import Testing

@testable import Engine
@testable import Training

@Suite struct MaskObjectiveTests {
  private static let shape = Shape(n: 2, h: 3, w: 4, c: 2)
  /// Image 0: class 1 on columns 1 and 2 of row 0, twice with one pixel shared, and a crowd that
  /// does not count. Image 1: class 0 on the pixel in the middle whose center alone is covered.
  private static let groundTruths = [
    [
      Annotation(box: Box(x1: 1, y1: 0, x2: 3, y2: 1), classIndex: 1),
      Annotation(box: Box(x1: 2, y1: 0, x2: 3.4, y2: 1.2), classIndex: 1),
      Annotation(box: Box(x1: 0, y1: 0, x2: 4, y2: 3), classIndex: 0, isCrowd: true),
    ],
    [Annotation(box: Box(x1: 0.6, y1: 0.7, x2: 2.4, y2: 2.3), classIndex: 0)],
  ]
  /// Indices in n, h, w, c order that the boxes above cover, counted by hand.
  private static let positives: Set<Int> = [3, 5, 24 + (1 * 4 + 1) * 2]

  /// -(t log s + (1 - t) log(1 - s)), the mean over all values, in plain double precision.
  private func loss(_ logits: [Double]) -> Double {
    var sum = 0.0
    for (index, logit) in logits.enumerated() {
      let score = 1 / (1 + exp(-logit))
      sum -= Self.positives.contains(index) ? log(score) : log(1 - score)
    }
    return sum / Double(logits.count)
  }

  @Test(arguments: [1, 3])
  func lossAndGradientAreThoseOfThePlainFormula(threads: Int) {
    var generator = SeededGenerator(seed: 3)
    let logits = (0..<Self.shape.count).map { _ in generator.uniform(in: -4...4) }
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: 2 * Self.shape.count)
    defer { memory.deallocate() }
    memory.update(from: logits, count: logits.count)
    let output = View(data: memory, shape: Self.shape, stride: 2)
    let gradient = View(data: memory + Self.shape.count, shape: Self.shape, stride: 2)
    let value = MaskLoss(classCount: 2).evaluate(
      outputs: [output], gradients: [gradient], groundTruths: Self.groundTruths,
      pool: ThreadPool(threads: threads))
    let plain = logits.map(Double.init)
    #expect(value.positives == Self.positives.count && value.box == 0)
    #expect(abs(value.total - loss(plain)) < 1e-6)
    // Central differences of the plain formula.
    for (index, found) in gradient.tensor().values.enumerated() {
      var (low, high) = (plain, plain)
      low[index] -= 1e-5
      high[index] += 1e-5
      #expect(abs(Double(found) - (loss(high) - loss(low)) / 2e-5) < 1e-7)
    }
  }
}
