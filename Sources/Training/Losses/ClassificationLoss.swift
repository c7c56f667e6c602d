import Engine
import Foundation

/// Cross-entropy of the softmax over classes, the mean over the images of a batch.
///
/// Source: PyTorch `torch.nn.CrossEntropyLoss`.
struct ClassificationLoss: Loss, Hashable {
  let classCount: Int
  var termNames: [String] { ["cls"] }

  /// `outputs` is one view n x 1 x 1 x `classCount` of logits.
  func evaluate(
    outputs: [View], targets: Targets, gradients: [View], pool: ThreadPool
  ) -> LossTerms {
    guard case .classes(let classes) = targets, outputs.count == 1, gradients.count == 1 else {
      preconditionFailure("a classification loss compares one output with class indices")
    }
    let (logits, gradient) = (outputs[0], gradients[0])
    precondition(
      logits.shape == Shape(n: classes.count, h: 1, w: 1, c: classCount),
      "an output of \(logits.shape) does not fit \(classCount) classes and \(classes.count) images")
    var sum = 0.0
    for (image, target) in classes.enumerated() {
      precondition((0..<classCount).contains(target), "there is no class \(target)")
      let row = logits.data + image * logits.stride
      let slopes = gradient.data + image * gradient.stride
      var largest = row[0]
      for index in 0..<classCount { largest = max(largest, row[index]) }
      var exponentials = 0.0
      for index in 0..<classCount { exponentials += exp(Double(row[index] - largest)) }
      sum += log(exponentials) - Double(row[target] - largest)
      for index in 0..<classCount {
        let probability = exp(Double(row[index] - largest)) / exponentials
        slopes[index] = Float((probability - (index == target ? 1 : 0)) / Double(classes.count))
      }
    }
    return LossTerms(
      terms: [NamedValue("cls", sum / Double(classes.count))], sampleCount: classes.count)
  }
}
