import Basics
import Engine
import Imaging
import Networks

/// Detects objects: letterbox, network, decoding, NMS, boxes in pixels of the original image.
public final class Detector: Predictor {
  package let runner: InferenceRunner
  /// The score threshold, NMS settings and classes.
  public var options: DetectionOptions
  /// Called with the raw outputs for images of one input size, their indices in the batch and their
  /// letterboxes.
  package var onOutputs: ([View], [Int], [Letterbox]) -> Void = { _, _, _ in }
  private let head: DetectionHead

  /// The model's name, class names, preprocessing and head, with the input size in use.
  public var description: ModelDescription { runner.description }

  /// - Parameter imageSize: The input size; nil for the model's.
  package init(
    _ model: Model, imageSize: InputSize? = nil, options: DetectionOptions = DetectionOptions(),
    pool: ThreadPool, kernels: Kernels
  ) {
    guard case .detection(let head) = model.description.head else {
      preconditionFailure("\(model.description.name) is not a detector")
    }
    self.head = head
    self.options = options
    runner = InferenceRunner(model, imageSize: imageSize, pool: pool, kernels: kernels)
  }

  /// Makes a detector with its own thread pool.
  ///
  /// - Parameters:
  ///   - imageSize: The input size; nil for the model's.
  ///   - threads: The number of threads; nil for all that the process may use.
  /// - Throws: `EngineError` if `GLIMPSE_ISA` names an instruction set that this machine does not
  ///   have.
  public convenience init(
    _ model: Model, imageSize: InputSize? = nil, options: DetectionOptions = DetectionOptions(),
    threads: Int? = nil, precision: PrecisionChoice = .auto
  ) throws(EngineError) {
    self.init(
      model, imageSize: imageSize, options: options,
      pool: ThreadPool(threads: threads ?? Machine.availableThreads),
      kernels: try Kernels.chosen(precision))
  }

  /// Detects objects in one image; boxes are in pixels of the image, the highest score comes first.
  public func detect(_ image: Image) throws(EngineError) -> [Detection] {
    try predict([DecodedImage(image)])[0]
  }

  package func predict(_ images: [DecodedImage]) throws(EngineError) -> [[Detection]] {
    let letterboxes = images.map {
      Letterbox(
        imageWidth: $0.originalWidth, imageHeight: $0.originalHeight,
        size: runner.description.imageSize)
    }
    var results = [[Detection]](repeating: [], count: images.count)
    for group in groups(letterboxes) {
      let first = letterboxes[group[0]]
      let shape = Shape(n: group.count, h: first.targetHeight, w: first.targetWidth, c: 3)
      let found = try runner.run(shape) { place, input in
        letterboxes[group[place]].fill(
          images[group[place]].image.asInput, into: input, normalization: runner.normalization)
      } inspect: { outputs in
        onOutputs(outputs, group, group.map { letterboxes[$0] })
      } read: { place, outputs in
        detections(outputs, image: place, letterbox: letterboxes[group[place]])
      }
      for (index, detections) in zip(group, found) { results[index] = detections }
    }
    return results
  }

  /// Divides a batch into groups of one input size each, as indices in ascending order. If there are
  /// several sizes, each image is a group, so that there is one plan per size and not one per number
  /// of images; a network on one image keeps all threads busy, too.
  private func groups(_ letterboxes: [Letterbox]) -> [[Int]] {
    func size(_ letterbox: Letterbox) -> [Int] { [letterbox.targetWidth, letterbox.targetHeight] }
    let isUniform = letterboxes.allSatisfy { size($0) == size(letterboxes[0]) }
    if isUniform { return letterboxes.isEmpty ? [] : [Array(letterboxes.indices)] }
    return letterboxes.indices.map { [$0] }
  }

  private func detections(_ outputs: [View], image: Int, letterbox: Letterbox) -> [Detection] {
    let found = head.candidates(
      outputs, image: image, confidence: options.confidence, classes: options.classes,
      isMultiLabel: options.isMultiLabel)
    // Boxes that lie entirely in the padding are dropped before NMS.
    let visible = found.map { candidate in
      let box = candidate.box
      return Detection(
        box: Box(x1: box.x, y1: box.y, x2: box.z, y2: box.w), classIndex: candidate.classIndex,
        score: candidate.score)
    }.filter { letterbox.originalBox($0.box).area > 0 }
    return NonMaximumSuppression.suppress(
      visible, iouThreshold: options.iou, classAgnostic: options.isClassAgnostic,
      maximumDetections: options.maximumDetections
    ).map {
      Detection(box: letterbox.originalBox($0.box), classIndex: $0.classIndex, score: $0.score)
    }
  }
}

extension Image {
  /// The image as 8-bit RGB, as `ImageFile` reads it; transparent pixels are composited over the gray
  /// of the padding.
  package var asInput: Image {
    in8Bits.composited(over: UInt8(Normalization.padding)).converted(to: .rgb8)
  }
}
