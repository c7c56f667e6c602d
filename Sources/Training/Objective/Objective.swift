import Engine
import Imaging
import Networks

/// What is made small: it returns the loss of a batch and writes its gradient by the outputs.
public protocol Objective: Sendable {
  /// Computes the loss and writes over all of `gradients`; boxes are in input pixels.
  func evaluate(
    outputs: [View], gradients: [View], truths: [[Annotation]], pool: ThreadPool
  ) -> ObjectiveValue
}

extension NetworkModel {
  /// What the network is trained to make small.
  public var objective: any Objective {
    switch architecture.task {
    case .detection:
      DetectionObjective(classCount: classNames.count, strides: DecoupledHead.strides)
    case .segmentation:
      MaskObjective(classCount: classNames.count)
    }
  }
}
