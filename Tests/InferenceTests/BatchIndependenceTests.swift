import Basics
import Engine
import Imaging
import Networks
import TestSupport
import Testing

@testable import Inference

/// An image gives the same bits alone and in a batch: algorithms are chosen from the shape of one image.
@Suite struct BatchIndependenceTests {
  private static let precisions: [Precision] = Precision.allCases.filter { precision in
    (try? Kernels(InstructionSet.chosen(), precision: precision)) != nil
  }

  /// Sides at which a batch of several images would make other algorithms faster: the deepest layers
  /// have 1 to 4 pixels.
  @Test(arguments: ModelCatalog.all.map(\.name), precisions)
  func outputsOfEveryModel(_ name: String, _ precision: Precision) throws {
    let spec = try #require(ModelCatalog[name])
    let side: InputSize = spec.task == .segmentation ? 32 : 64
    let model = Model(spec, classNames: ["a", "b", "c"], imageSize: side, seed: 1)
    let (graph, parameters) = model.graph.optimizedForInference(model.parameters)
    let kernels = try Kernels(InstructionSet.chosen(), precision: precision)
    let pool = ThreadPool(threads: 2)
    func outputs(_ images: Tensor) throws -> [Tensor] {
      let plan = try Plan(
        graph, inputShapes: [images.shape], mode: .inference, kernels: kernels)
      let session = Session(plan, parameters: parameters, pool: pool)
      session.inputs[0].copy(from: images)
      session.forward()
      return session.outputs.map { $0.tensor() }
    }
    func image(_ index: Int, of batch: Tensor) -> Tensor {
      let count = batch.shape.count / batch.shape.n
      return Tensor(
        shape: batch.shape.with(n: 1),
        values: Array(batch.values[index * count..<(index + 1) * count]))
    }
    let images = Tensor(random: model.description.inputShape(n: 3), seed: 4)
    let together = try outputs(images)
    for index in [0, 2] {
      let alone = try outputs(image(index, of: images))
      #expect(alone == together.map { image(index, of: $0) })
      #expect(alone.allSatisfy { $0.values.allSatisfy(\.isFinite) })
    }
  }

  /// What `evaluate` and the validation in `train` score.
  @Test(arguments: ModelCatalog.names(.detection), precisions)
  func detections(_ name: String, _ precision: Precision) throws {
    let spec = try #require(ModelCatalog[name])
    let model = Model(spec, classNames: ["a", "b", "c"], imageSize: 64, seed: 1)
    let kernels = try Kernels(InstructionSet.chosen(), precision: precision)
    var options = DetectionOptions.evaluation
    options.confidence = 0
    let detector = Detector(
      model, options: options, pool: ThreadPool(threads: 2), kernels: kernels)
    let images = (0..<5).map { seed in
      var generator = SeededGenerator(seed: UInt64(seed))
      let bytes = (0..<70 * 50 * 3).map { _ in UInt8.random(in: 0...255, using: &generator) }
      return DecodedImage(Image(width: 70, height: 50, format: .rgb8, bytes: bytes))
    }
    let together = try detector.predict(images)
    #expect(try images.map { try detector.predict([$0])[0] } == together)
    #expect(together.allSatisfy { !$0.isEmpty })
  }
}
