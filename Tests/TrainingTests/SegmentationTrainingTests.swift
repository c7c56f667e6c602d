import Datasets
import Engine
import Foundation
import Imaging
import Inference
import Loading
import Networks
import TestSupport
import Testing

@testable import Training

@Suite("Training of segmentation networks") struct SegmentationTrainingTests {
  /// Quarters of the background and of two classes, whose pixels have values of their own.
  private static func batch(side: Int) -> (images: Tensor, targets: Targets) {
    var images = Tensor(shape: Shape(n: 2, h: side, w: side, c: 3))
    let masks = (0..<2).map { image in
      var mask = Image(width: side, height: side, format: .gray8)
      for place in 0..<side * side {
        let quarter = place / side * 2 / side * 2 + place % side * 2 / side
        let label = [0, 1, 2, 0][(quarter + image) % 4]
        mask.bytes[place] = UInt8(label)
        for channel in 0..<3 {
          images.values[(image * side * side + place) * 3 + channel] = Float(label) - 1
        }
      }
      return mask
    }
    return (images, .labelMaps(ClassMasks(masks)))
  }

  @Test("a few steps halve the loss, with outputs of reduced size and without", arguments: [0, 2])
  func learns(auxiliaryOutputs: Int) throws {
    var config = TrainingConfig()
    config.deepSupervision = auxiliaryOutputs
    (config.optimizer, config.learningRate, config.warmupEpochs) = (.adamw, 0.003, 0)
    config.finalLearningRateFraction = 1
    let spec = ModelSpec.unetS
    let model = Model(
      spec, classNames: ["a", "b"], imageSize: 32,
      head: spec.head(classCount: 2).with(auxiliaryOutputs: auxiliaryOutputs), seed: 1)
    // Background and two classes, at each size.
    #expect(
      model.graph.outputs.map { model.graph.shapes[$0].c }
        == [Int](repeating: 3, count: 1 + auxiliaryOutputs))
    let step = TrainingStep(
      model.graph, parameters: model.parameters,
      loss: model.description.trainingTask(config).loss, config: config, stepsPerEpoch: 20,
      pool: ThreadPool(threads: 2), kernels: try Kernels.chosen(.f32))
    let (images, targets) = Self.batch(side: 32)
    let losses = try (0..<12).map { _ in try step.step(images, targets: targets).loss }
    #expect(losses[0].terms.map(\.name) == ["ce", "dice"] && losses[0].sampleCount == 2 * 32 * 32)
    #expect(losses[11].total < losses[0].total / 2, "\(losses.map(\.total))")
  }

  /// One image whose sides are no multiples of 32, so that the network sees mirrored pixels that count
  /// in no loss: cross-entropy is the mean of -log p over the pixels of the image.
  @Test("the loss of a validation is that of the probabilities") func validationLoss() throws {
    let folder = try TemporaryFolder()
    var (image, mask) = (
      Image(width: 75, height: 51, format: .gray8), Image(width: 75, height: 51, format: .gray8)
    )
    for place in mask.bytes.indices {
      mask.bytes[place] = place % 75 < 30 ? 255 : 0
      image.bytes[place] = UInt8(place * 7 % 90) + (mask.bytes[place] == 255 ? 100 : 0)
    }
    for (kind, plane) in [("images", image), ("masks", mask)] {
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/\(kind)", withIntermediateDirectories: true)
      try ImageFile.write(plane, to: "\(folder.path)/\(kind)/a.png")
    }
    let data = try Dataset.open(path: folder.path, split: "train")
    let model = Model(.unetS, classNames: data.classNames, imageSize: 64, seed: 2)
    let (pool, kernels) = (ThreadPool(threads: 2), try Kernels.chosen(.f32))
    let result = try #require(
      try model.description.trainingTask().validate(
        model, on: data, pool: pool, kernels: kernels, isInterrupted: { false }, progress: { _ in })
    )
    let segmenter = Segmenter(model, pool: pool, kernels: kernels)
    segmenter.keepsProbabilities = true
    let probabilities = try #require(try segmenter.segment(image).probabilities)
    let expected =
      zip(probabilities, mask.bytes).reduce(0.0) {
        $0 - log(Double($1.1 == 255 ? $1.0 : 1 - $1.0))
      } / Double(mask.bytes.count)
    let losses = try #require(result.losses)
    #expect(losses.map(\.name) == ["ce", "dice"])
    #expect(abs(losses[0].value - expected) < 1e-4 * expected, "\(losses[0].value), \(expected)")
    #expect((0...1).contains(losses[1].value))
  }
}
