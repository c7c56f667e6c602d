import Engine
import Imaging
import Networks

/// An image to look at, and the size that boxes are to refer to.
package struct DetectorInput: Sendable {
  /// The pixels, in 8-bit RGB.
  package let image: Image
  /// The original's width in pixels; the image may have been decoded smaller.
  package let originalWidth: Int
  /// The original's height in pixels.
  package let originalHeight: Int

  /// Takes an image as it is.
  package init(_ image: Image) {
    self.init(image, originalWidth: image.width, originalHeight: image.height)
  }

  /// Takes a decoded file; boxes refer to the image in full size.
  package init(_ decoded: DecodedImage) {
    self.init(
      decoded.image, originalWidth: decoded.originalWidth, originalHeight: decoded.originalHeight)
  }

  /// Takes an image that stands for an original of another size; other formats are converted.
  package init(_ image: Image, originalWidth: Int, originalHeight: Int) {
    self.image = image.composited(over: UInt8(Normalization.padding)).converted(to: .rgb8)
    self.originalWidth = originalWidth
    self.originalHeight = originalHeight
  }
}

/// Seconds that a detector has spent so far, by step.
package struct StageTimes: Hashable, Sendable {
  /// Images brought into the network's input.
  package var preparation = 0.0
  /// The network itself.
  package var network = 0.0
  /// From its outputs to boxes: decoding and suppression.
  package var decoding = 0.0
}

/// Finds things in images: letterbox, network, decoding, suppression, original pixels.
///
/// Holds the memory of its sessions; one thread at a time may use it, and it uses the pool's.
package final class Detector {
  /// What it runs.
  package let model: ModelDescription
  /// Which answers become detections.
  package var options: DetectionOptions
  /// Where its time went so far.
  package private(set) var seconds = StageTimes()
  private let graph: Graph
  private let parameters: ParameterBlock
  private let pool: ThreadPool
  private let kernels: Kernels
  private var sessions: [Shape: Session] = [:]

  /// Makes a detector from weights.
  ///
  /// - Parameters:
  ///   - weights: Those of a detector, not of a segmenter.
  ///   - imageSize: The side of the square input in pixels, a multiple of 32; nil for the model's.
  ///   - pool: The threads to use.
  package init(
    _ weights: ModelWeights, imageSize: Int? = nil,
    options: DetectionOptions = DetectionOptions(), pool: ThreadPool, kernels: Kernels
  ) {
    precondition(
      weights.model.architecture.task == .detection,
      "\(weights.model.architecture) is not a detector")
    var model = weights.model
    model.imageSize = imageSize ?? model.imageSize
    self.model = model
    self.options = options
    // At the size that the weights are for; sessions plan it for the input's own.
    (graph, parameters) = weights.model.graph().optimizedForInference(weights.parameters)
    self.pool = pool
    self.kernels = kernels
  }

  /// Makes a detector with threads of its own: as many as given, else what the process may use.
  ///
  /// - Parameter precision: What the network computes in, as far as the machine can.
  /// - Throws: `EngineError` where `GLIMPSE_ISA` names an instruction set that cannot run here.
  package convenience init(
    _ weights: ModelWeights, imageSize: Int? = nil,
    options: DetectionOptions = DetectionOptions(), threads: Int? = nil,
    precision: PrecisionChoice = .auto
  ) throws(EngineError) {
    self.init(
      weights, imageSize: imageSize, options: options,
      pool: ThreadPool(threads: threads ?? Machine.availableThreads),
      kernels: try Kernels.chosen(precision))
  }

  /// Finds things in one image; the highest score first, boxes in pixels of the image.
  package func detect(_ image: Image) throws(EngineError) -> [Detection] {
    try detect([DetectorInput(image)])[0]
  }

  /// Finds things in several images at once, each result in the order of the inputs.
  package func detect(_ inputs: [DetectorInput]) throws(EngineError) -> [[Detection]] {
    guard !inputs.isEmpty else { return [] }
    let session = try session(model.inputShape(n: inputs.count))
    let view = session.inputs[0]
    let letterboxes = inputs.map {
      Letterbox(
        imageWidth: $0.originalWidth, imageHeight: $0.originalHeight,
        targetWidth: model.imageSize, targetHeight: model.imageSize)
    }
    let count = view.shape.count / inputs.count
    let clock = ContinuousClock()
    let start = clock.now
    pool.run(inputs.count) { index in
      letterboxes[index].fill(
        inputs[index].image,
        into: UnsafeMutableBufferPointer(start: view.data + index * count, count: count),
        normalization: model.normalization)
    }
    let prepared = clock.now
    session.forward()
    let computed = clock.now
    let decoder = DetectionDecoder(strides: DecoupledHead.strides, options: options)
    let found = pool.map(inputs.count) { index in
      find(decoder.candidates(session.outputs, image: index), in: letterboxes[index])
    }
    seconds.preparation += (prepared - start) / .seconds(1)
    seconds.network += (computed - prepared) / .seconds(1)
    seconds.decoding += (clock.now - computed) / .seconds(1)
    return found
  }

  /// What remains of one image's candidates, in its own pixels.
  private func find(_ candidates: [Detection], in letterbox: Letterbox) -> [Detection] {
    // A box that lies in the padding alone is none of the image's.
    let visible = candidates.filter { letterbox.originalBox($0.box).area > 0 }
    return NonMaximumSuppression.suppress(
      visible, iouThreshold: options.iou, classAgnostic: options.isClassAgnostic,
      maximumDetections: options.maximumDetections
    ).map {
      Detection(
        box: letterbox.originalBox($0.box), classIndex: $0.classIndex, score: $0.score)
    }
  }

  private func session(_ shape: Shape) throws(EngineError) -> Session {
    if let session = sessions[shape] { return session }
    let plan = try Plan(graph, inputShapes: [shape], mode: .inference, precision: kernels.precision)
    let session = Session(plan, parameters: parameters, pool: pool, kernels: kernels)
    // Only the last batch of a list has another size: two sessions are all that is ever needed.
    if sessions.count >= 2 { sessions.removeAll() }
    sessions[shape] = session
    return session
  }
}
