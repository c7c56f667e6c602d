import Foundation
import Imaging
import Loading
import Testing

@testable import Basics
@testable import Engine
@testable import Training

/// Losses over label maps and class indices against the plain formulas and their central
/// differences, in double precision.
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

  /// Two images of 3 x 4 pixels, two classes: 0 ground, 1 and 2 classes, 255 ignored.
  private static let labels: [[UInt8]] = [
    [0, 1, 2, 255, 255, 255, 1, 0, 0, 0, 2, 2], [255, 0, 0, 0, 1, 1, 1, 1, 2, 255, 0, 255],
  ]

  private static var maps: ClassMasks {
    ClassMasks(labels.map { Image(width: 4, height: 3, format: .gray8, bytes: $0) })
  }

  /// -(t log s + (1 - t) log(1 - s)), the mean over the logits of the pixels that count.
  private func segmentationLoss(_ logits: [Double]) -> Double {
    let labels = Self.labels.joined().map(Int.init)
    var (sum, count) = (0.0, 0.0)
    for (index, logit) in logits.enumerated() where labels[index / 2] != 255 {
      let score = 1 / (1 + exp(-logit))
      sum -= labels[index / 2] == index % 2 + 1 ? log(score) : log(1 - score)
      count += 1
    }
    return sum / count
  }

  @Test(arguments: [1, 3]) func segmentation(threads: Int) {
    let found = evaluate(
      SegmentationLoss(classCount: 2), .labelMaps(Self.maps), Shape(n: 2, h: 3, w: 4, c: 2),
      threads: threads)
    // 24 pixels, 6 of them ignored.
    #expect(found.terms.sampleCount == 18)
    #expect(found.terms.terms.map(\.name) == SegmentationLoss(classCount: 2).termNames)
    #expect(abs(found.terms.total - segmentationLoss(found.logits)) < 1e-6)
    expectGradient(found.gradient, at: found.logits, of: segmentationLoss)
  }

  @Test func nothingLabeledGivesNoGradient() {
    let ignored = ClassMasks([Image(width: 2, height: 2, format: .gray8, filledWith: 255)])
    let found = evaluate(
      SegmentationLoss(classCount: 1), .labelMaps(ignored), Shape(n: 1, h: 2, w: 2, c: 1),
      threads: 1)
    #expect(found.terms.total == 0 && found.terms.sampleCount == 0)
    #expect(found.gradient == [0, 0, 0, 0])
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
