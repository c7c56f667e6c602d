import Engine
import Imaging
import Loading

/// A loss and its gradient with respect to the outputs.
package protocol Loss: Sendable {
  /// The names of its terms, in order: "box" is `train/box_loss` in results.csv.
  var termNames: [String] { get }

  /// Computes the loss of a batch and writes its gradient over all of `gradients`.
  ///
  /// The same bits result from any number of threads.
  func evaluate(
    outputs: [View], targets: Targets, gradients: [View], pool: ThreadPool
  ) -> LossTerms
}

extension Loss {
  /// The loss alone, for validation.
  func value(outputs: [View], targets: Targets, pool: ThreadPool) -> LossTerms {
    var scratch = [Float](repeating: 0, count: outputs.reduce(0) { $0 + $1.shape.count })
    return scratch.withUnsafeMutableBufferPointer { memory in
      var place = 0
      let gradients = outputs.map { output in
        defer { place += output.shape.count }
        return View(
          data: UnsafeMutableBufferPointer(
            rebasing: memory[place..<place + output.shape.count]), shape: output.shape)
      }
      return evaluate(outputs: outputs, targets: targets, gradients: gradients, pool: pool)
    }
  }
}

/// The labels of a batch, against which a loss compares the outputs.
package enum Targets: Sendable {
  /// The objects of each image in pixels of the input; crowds are marked.
  case boxes([[Annotation]])
  /// The class of each pixel.
  case labelMaps(ClassMasks)
  /// The class index of each image.
  case classes([Int])
}
