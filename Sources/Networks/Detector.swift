import Engine
import Imaging

/// A picture to look at, and the size that boxes are to refer to.
public struct DetectorInput: Sendable {
  /// The pixels, 8-bit RGB.
  public let image: Image
  /// The original's width in pixels; the image may have been decoded smaller.
  public let originalWidth: Int
  /// The original's height in pixels.
  public let originalHeight: Int

  /// Takes an image as it is.
  public init(_ image: Image) {
    self.init(image, originalWidth: image.width, originalHeight: image.height)
  }

  /// Takes an image that stands for an original of another size.
  public init(_ image: Image, originalWidth: Int, originalHeight: Int) {
    self.image = image
    self.originalWidth = originalWidth
    self.originalHeight = originalHeight
  }
}

/// Finds things in pictures: letterbox, network, decoding, suppression, original pixels.
///
/// Holds the memory of its sessions; one thread at a time may use it, and it uses the pool's.
public final class Detector {
  /// What it runs.
  public let model: DetectorModel
  /// Which answers become detections.
  public var options: DetectionOptions
  private let graph: Graph
  private let parameters: ParameterBlock
  private let pool: ThreadPool
  private let kernels: Kernels
  private var sessions: [Shape: Session] = [:]

  /// Makes a detector from weights.
  ///
  /// - Parameters:
  ///   - imageSize: The side of the square input in pixels, a multiple of 32; nil for the model's.
  ///   - pool: The threads to use.
  public init(
    _ weights: ModelWeights, imageSize: Int? = nil,
    options: DetectionOptions = DetectionOptions(), pool: ThreadPool, kernels: Kernels
  ) {
    var model = weights.model
    model.imageSize = imageSize ?? model.imageSize
    self.model = model
    self.options = options
    (graph, parameters) = model.graph().foldingNormalization(weights.parameters)
    self.pool = pool
    self.kernels = kernels
  }

  /// Finds things in one picture; the highest score first, boxes in pixels of the image.
  public func detect(_ image: Image) throws(EngineError) -> [Detection] {
    try detect([DetectorInput(image)])[0]
  }

  /// Finds things in several pictures at once, each result in the order of the inputs.
  public func detect(_ inputs: [DetectorInput]) throws(EngineError) -> [[Detection]] {
    guard !inputs.isEmpty else { return [] }
    let session = try session(model.inputShape(n: inputs.count))
    let view = session.inputs[0]
    let letterboxes = inputs.map {
      Letterbox(
        imageWidth: $0.originalWidth, imageHeight: $0.originalHeight,
        targetWidth: model.imageSize, targetHeight: model.imageSize)
    }
    let count = view.shape.count / inputs.count
    pool.run(inputs.count) { index in
      letterboxes[index].fill(
        inputs[index].image,
        into: UnsafeMutableBufferPointer(start: view.data + index * count, count: count),
        normalization: model.normalization)
    }
    session.forward()
    let decoder = HeadDecoder(strides: DecoupledHead.strides, options: options)
    var found = [[Detection]](repeating: [], count: inputs.count)
    found.withUnsafeMutableBufferPointer { buffer in
      let target = buffer.baseAddress
      pool.run(inputs.count) { index in
        target?[index] = Suppression.suppress(
          decoder.candidates(session.outputs, image: index), iouThreshold: options.iou,
          classAgnostic: options.isClassAgnostic, maximumDetections: options.maximumDetections
        ).map {
          Detection(
            box: letterboxes[index].originalBox($0.box), classIndex: $0.classIndex,
            score: $0.score)
        }
      }
    }
    return found
  }

  private func session(_ shape: Shape) throws(EngineError) -> Session {
    if let session = sessions[shape] { return session }
    let plan = try Plan(graph, inputShapes: [shape], mode: .inference)
    let session = Session(plan, parameters: parameters, pool: pool, kernels: kernels)
    // Only the last batch of a list has another size: two sessions are all that is ever needed.
    if sessions.count >= 2 { sessions.removeAll() }
    sessions[shape] = session
    return session
  }
}
