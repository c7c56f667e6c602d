import Foundation
import Imaging
import Loading
import Networks
import Testing

@testable import Basics
@testable import Engine
@testable import Training

/// What PyTorch computed: `Golden/segmentation.json`, written by `Golden/make_segmentation.py`.
private struct SegmentationRecord: Decodable, CustomTestStringConvertible, Sendable {
  struct Output: Decodable, Sendable {
    let shape: [Int]
    let values: [Float]
  }
  let mix: String
  let classes: Int
  let head: String
  /// Of the label maps: n, h, w.
  let size: [Int]
  let labels: [UInt8]
  let pixelWeights: [Float]?
  let classWeights: [Float]?
  let outputs: [Output]
  /// One value per term.
  let values: [Double]
  let gradients: [[Double]]

  var testDescription: String { "\(mix), \(head) of \(classes), \(outputs.count) outputs" }

  static func all() throws -> [SegmentationRecord] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/segmentation.json")
    return try JSONDecoder().decode([SegmentationRecord].self, from: Data(contentsOf: file))
  }

  func loss() throws -> SegmentationLoss {
    let activation = try #require(SegmentationHead.Activation(rawValue: head))
    return SegmentationLoss(
      head: SegmentationHead(activation, auxiliaryOutputs: outputs.count - 1), classCount: classes,
      mix: try #require(SegmentationLossMix(optionText: mix)), classWeights: classWeights)
  }

  var maps: ClassMasks {
    let pixels = size[1] * size[2]
    return ClassMasks(
      (0..<size[0]).map { image in
        Image(
          width: size[2], height: size[1], format: .gray8,
          bytes: Array(labels[image * pixels..<(image + 1) * pixels]))
      })
  }

  var tensors: [Tensor] {
    outputs.map {
      Tensor(
        shape: Shape(n: $0.shape[0], h: $0.shape[1], w: $0.shape[2], c: $0.shape[3]),
        values: $0.values)
    }
  }
}

/// Evaluates a loss; the gradient's memory holds no numbers before.
private func evaluate(
  _ loss: some Loss, _ targets: Targets, _ outputs: [Tensor], threads: Int = 1
) -> (terms: LossTerms, gradients: [Tensor]) {
  let memory = outputs.map { tensor in
    let buffer = UnsafeMutableBufferPointer<Float>.allocate(capacity: 2 * tensor.shape.count)
    buffer.initialize(repeating: .nan)
    return buffer
  }
  defer { for buffer in memory { buffer.deallocate() } }
  let views = zip(outputs, memory).map { tensor, buffer in
    let count = tensor.shape.count
    let view = View(data: .init(rebasing: buffer[..<count]), shape: tensor.shape)
    view.copy(from: tensor)
    return (view, View(data: .init(rebasing: buffer[count...]), shape: tensor.shape))
  }
  let terms = loss.evaluate(
    outputs: views.map(\.0), targets: targets, gradients: views.map(\.1),
    pool: ThreadPool(threads: threads))
  return (terms, views.map { $0.1.tensor() })
}

@Suite("Segmentation losses") struct SegmentationLossTests {
  @Test("values and gradients are PyTorch's", arguments: try SegmentationRecord.all())
  fileprivate func golden(_ record: SegmentationRecord) throws {
    let loss = try record.loss()
    let found = evaluate(
      loss, .labelMaps(record.maps, weights: record.pixelWeights), record.tensors)
    #expect(found.terms.terms.map(\.name) == loss.termNames)
    for (term, expected) in zip(found.terms.terms, record.values) {
      #expect(abs(term.value - expected) < 1e-5 * max(1, expected), "\(term.name)")
    }
    for (gradient, expected) in zip(found.gradients, record.gradients) {
      #expect(gradient.values.count == expected.count)
      for (index, (value, right)) in zip(gradient.values, expected).enumerated() {
        #expect(abs(Double(value) - right) < 1e-6, "logit \(index)")
      }
    }
  }

  /// Central differences of the loss itself. Steps of 2^-6 leave rounding of single precision below
  /// 1e-5 and third derivatives below 1e-4 of a mean over 40 pixels.
  @Test(
    "gradients are the slopes of the values",
    arguments: ["ce", "dice", "dice_sample", "tversky", "focal", "lovasz", "2*bce+0.5*lovasz"])
  func gradient(mix: String) throws {
    var generator = SeededGenerator(seed: 5)
    let maps = ClassMasks(
      (0..<2).map { _ in
        Image(
          width: 5, height: 4, format: .gray8,
          bytes: (0..<20).map { _ in [0, 0, 1, 2, 255][Int(generator.next() % 5)] })
      })
    for activation in SegmentationHead.Activation.allCases {
      let loss = SegmentationLoss(
        head: SegmentationHead(activation), classCount: 2,
        mix: try #require(SegmentationLossMix(optionText: mix)))
      let shape = Shape(n: 2, h: 4, w: 5, c: loss.head.channels(classCount: 2))
      let logits = Tensor(
        shape: shape, values: (0..<shape.count).map { _ in generator.uniform(in: -2...2) })
      let found = evaluate(loss, .labelMaps(maps), [logits])
      for index in logits.values.indices {
        let values = [Float(-0x1p-6), 0x1p-6].map { step in
          var moved = logits
          moved.values[index] += step
          return evaluate(loss, .labelMaps(maps), [moved]).terms.total
        }
        let slope = (values[1] - values[0]) / 0x1p-5
        // Lovász extensions have kinks, where errors change places: few of these lie within a step.
        let tolerance = mix.contains("lovasz") ? 5e-2 : 2e-4
        #expect(abs(Double(found.gradients[0].values[index]) - slope) < tolerance, "\(index)")
      }
    }
  }

  @Test("results have the same bits for any number of threads")
  func threads() throws {
    var generator = SeededGenerator(seed: 7)
    // More pixels than one task has, and rests.
    let maps = ClassMasks(
      (0..<3).map { _ in
        Image(
          width: 83, height: 71, format: .gray8,
          bytes: (0..<83 * 71).map { _ in [0, 0, 1, 2, 255][Int(generator.next() % 5)] })
      })
    let mix = try #require(
      SegmentationLossMix(optionText: "ce+dice+dice_sample+tversky+focal+lovasz"))
    for activation in SegmentationHead.Activation.allCases {
      let loss = SegmentationLoss(head: SegmentationHead(activation), classCount: 2, mix: mix)
      let logits = Tensor(
        random: Shape(n: 3, h: 71, w: 83, c: loss.head.channels(classCount: 2)), seed: 8)
      let one = evaluate(loss, .labelMaps(maps), [logits])
      for threads in [2, 3] {
        let other = evaluate(loss, .labelMaps(maps), [logits], threads: threads)
        #expect(other.terms == one.terms && other.gradients == one.gradients)
      }
    }
  }

  @Test("nothing labeled has no loss and no gradient")
  func nothingLabeled() throws {
    let ignored = ClassMasks([Image(width: 2, height: 2, format: .gray8, filledWith: 255)])
    let mix = try #require(SegmentationLossMix(optionText: "ce+dice+focal+tversky+lovasz"))
    for activation in SegmentationHead.Activation.allCases {
      let loss = SegmentationLoss(head: SegmentationHead(activation), classCount: 1, mix: mix)
      let shape = Shape(n: 1, h: 2, w: 2, c: loss.head.channels(classCount: 1))
      let found = evaluate(loss, .labelMaps(ignored), [Tensor(random: shape, seed: 1)])
      #expect(found.terms.total == 0 && found.terms.sampleCount == 0)
      #expect(found.gradients[0].values.allSatisfy { $0 == 0 })
    }
  }

  @Test("logits of any size give finite losses and gradients, and NaN is not hidden")
  func extremes() throws {
    let mix = try #require(SegmentationLossMix(optionText: "ce+dice+focal+tversky+lovasz"))
    let maps = ClassMasks([Image(width: 2, height: 2, format: .gray8, bytes: [0, 1, 0, 1])])
    for activation in SegmentationHead.Activation.allCases {
      let loss = SegmentationLoss(head: SegmentationHead(activation), classCount: 1, mix: mix)
      let shape = Shape(n: 1, h: 2, w: 2, c: loss.head.channels(classCount: 1))
      for size in [1e3, 1e20] as [Float] {
        let values = (0..<shape.count).map { $0 % 3 == 0 ? size : -size }
        let found = evaluate(loss, .labelMaps(maps), [Tensor(shape: shape, values: values)])
        #expect(found.terms.total.isFinite)
        #expect(found.gradients[0].values.allSatisfy { $0.isFinite })
      }
      let broken = Tensor(
        shape: shape, values: [Float](repeating: .nan, count: shape.count))
      #expect(evaluate(loss, .labelMaps(maps), [broken]).terms.total.isNaN)
    }
  }
}

@Suite("Sums of losses as texts") struct SegmentationLossMixTests {
  @Test func textsReadBack() throws {
    #expect(SegmentationLossMix.usual.optionText == "ce+dice")
    let mix = try #require(SegmentationLossMix(optionText: "0.5*BCE + dice_sample+2*lovasz"))
    #expect(mix.terms.map(\.kind) == [.binaryCrossEntropy, .samplewiseDice, .lovasz])
    #expect(mix.terms.map(\.weight) == [0.5, 1, 2])
    #expect(SegmentationLossMix(optionText: mix.optionText) == mix)
    let data = try JSONEncoder().encode([mix])
    #expect(try JSONDecoder().decode([SegmentationLossMix].self, from: data) == [mix])
  }

  @Test(arguments: [
    "", "+", "ce+", "+ce", "ce++dice", "mse", "ce+ce", "0*ce", "-1*ce", "nan*ce", "1001*ce",
    "2*3*ce", "ce*2", "*ce", "2*", "ce dice", "0x1p3*ce",
  ])
  func invalidTextsAreRefused(text: String) {
    #expect(SegmentationLossMix(optionText: text) == nil)
  }
}
