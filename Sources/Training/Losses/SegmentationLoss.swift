import Engine
import Loading
import Networks

/// A weighted sum of losses over the pixels of a batch, such as cross-entropy and Dice.
///
/// The target of a pixel is its label: with a softmax, the channel of that number; with a sigmoid,
/// 1 in the channel of its class and 0 in all others. Ignored pixels count in no loss. Cross-entropy
/// and focal loss are means over the labeled pixels (with a sigmoid, over their channels too), each
/// weighted by its pixel's weight times that of its class, as in PyTorch's `CrossEntropyLoss`. The
/// losses over regions take all classes but the background of a softmax.
///
/// The outputs of reduced size are compared with labels of reduced size, and weigh half, a quarter,
/// and so on.
struct SegmentationLoss: Loss, Hashable {
  let head: SegmentationHead
  let classCount: Int
  var mix = SegmentationLossMix.usual
  /// The weights of the background and of each class in cross-entropy and focal loss; nil for equal
  /// ones.
  var classWeights: [Float]?

  var termNames: [String] { mix.terms.map(\.kind.rawValue) }

  /// `outputs` are views n x h x w x channels of the head.
  func evaluate(
    outputs: [View], targets: Targets, gradients: [View], pool: ThreadPool
  ) -> LossTerms {
    guard case .labelMaps(let maps, let weights) = targets, outputs.count == gradients.count,
      (1...head.auxiliaryOutputs + 1).contains(outputs.count)
    else { preconditionFailure("a segmentation loss compares outputs with label maps") }
    precondition(
      classWeights.map { $0.count == classCount + 1 } ?? true,
      "there is a weight for the background and one for each class")
    var terms = mix.terms.map { NamedValue($0.kind.rawValue, 0) }
    var labeled = 0
    for level in outputs.indices {
      let output = outputs[level]
      let labels = OutputLabels(maps, weights, shape: output.shape, level: level)
      let result = OutputLoss(
        loss: self, labels: labels, logits: output, gradient: gradients[level],
        factor: 1 / Double(1 << level)
      ).evaluate(pool)
      for index in terms.indices { terms[index].value += result.values[index] }
      if level == 0 { labeled = result.labeled }
    }
    return LossTerms(terms: terms, sampleCount: labeled)
  }
}
