import Engine
import Imaging
import Loading

/// A loss and its gradient with respect to the outputs.
package protocol Loss: Sendable {
  /// The names of its terms, in order: "box" is `train/box_loss` in results.csv.
  var termNames: [String] { get }

  /// Computes the loss of a batch and overwrites `gradients` with its gradient.
  ///
  /// Results have the same bits for any number of threads.
  func evaluate(
    outputs: [View], targets: Targets, gradients: [View], pool: ThreadPool
  ) -> LossTerms
}

extension Loss {
  /// The loss without its gradient, for validation.
  func value(outputs: [View], targets: Targets, pool: ThreadPool) -> LossTerms {
    let scratch = outputs.map {
      UnsafeMutableBufferPointer<Float>.allocate(capacity: $0.shape.count)
    }
    defer { for memory in scratch { memory.deallocate() } }
    let gradients = zip(scratch, outputs).map { View(data: $0, shape: $1.shape) }
    return evaluate(outputs: outputs, targets: targets, gradients: gradients, pool: pool)
  }
}

/// The targets of a batch, with which a loss compares the outputs.
package enum Targets: Sendable {
  /// The objects of each image in pixels of the input; crowds are marked.
  case boxes([[Annotation]])
  /// The class of each pixel, and the weight of each in the same order; nil for equal weights.
  case labelMaps(ClassMasks, weights: [Float]? = nil)
  /// The class index of each image.
  case classes([Int])
}
