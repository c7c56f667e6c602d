import Engine
import Imaging
import Networks

/// What is made small: it returns the loss of a batch and writes its gradient by the outputs.
package protocol Loss: Sendable {
  /// Computes the loss and writes over all of `gradients`; boxes are in input pixels.
  func evaluate(
    outputs: [View], gradients: [View], groundTruths: [[Annotation]], pool: ThreadPool
  ) -> LossTerms
}

extension ModelDescription {
  /// What the network is trained to make small.
  package var objective: any Loss {
    switch head {
    case .detection(let head):
      DetectionLoss(classCount: classNames.count, strides: head.strides)
    case .segmentation:
      MaskLoss(classCount: classNames.count)
    case .classification:
      preconditionFailure("there is no loss for classification")
    }
  }
}
