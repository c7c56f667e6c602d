import Engine
import Imaging

/// The loss of an anchor-free detector without objectness.
///
/// It assigns objects to anchor points (`Assigner`), then adds a box loss over these and the binary
/// cross-entropy over all class logits of all anchor points:
///
///     total = (boxWeight * sum of weight * boxLoss + classWeight * sum of crossEntropy) / S
///
/// S is the sum of the assignments' weights over the whole batch, at least 1/16 per image. The
/// terms are those of YOLOv8 without the distribution focal loss; YOLOv8 limits S to at least 1,
/// the same at its usual batch size of 16, and multiplies the total by the batch size. Here the
/// total is a mean: a batch with each image twice has the same loss and the same parameter
/// gradient, so that a learning rate suits any batch size.
///
/// Crowds are never targets, and an anchor point without an object whose box lies mostly in a crowd
/// is excluded from the negatives.
struct DetectionLoss: Loss, Hashable {
  /// The number of classes.
  var classCount: Int
  /// The strides of the head's outputs, in input pixels.
  var strides = [8, 16, 32]
  var assigner = Assigner.taskAligned
  var boxLoss = BoxLoss.ciou
  /// The weight of the box term, by default YOLOv8's.
  var boxWeight = 7.5
  /// The weight of the class term, by default YOLOv8's.
  var classWeight = 0.5

  var termNames: [String] { ["box", "cls"] }

  /// The minimum of S per image of the batch.
  private static let minimumWeightPerImage = 1.0 / 16

  func evaluate(
    outputs: [View], targets: Targets, gradients: [View], pool: ThreadPool
  ) -> LossTerms {
    guard case .boxes(let groundTruths) = targets else {
      preconditionFailure("a detection loss compares outputs with boxes")
    }
    return evaluate(
      outputs: outputs, gradients: gradients, groundTruths: groundTruths,
      assignments: assign(outputs: outputs, groundTruths: groundTruths, pool: pool), pool: pool)
  }

  /// The assignments of each image.
  func assign(outputs: [View], groundTruths: [[Annotation]], pool: ThreadPool) -> [[Assignment]] {
    check(outputs, groundTruths)
    return pool.map(groundTruths.count) { image in
      assigner.assign(predictions(outputs, image), groundTruths: groundTruths[image])
    }
  }

  /// The loss and its gradient for given assignments.
  func evaluate(
    outputs: [View], gradients: [View], groundTruths: [[Annotation]], assignments: [[Assignment]],
    pool: ThreadPool
  ) -> LossTerms {
    check(outputs, groundTruths)
    precondition(
      gradients.map(\.shape) == outputs.map(\.shape), "gradients need the outputs' shapes")
    var weight = 0.0
    for assignment in assignments.joined() { weight += assignment.weight }
    weight = max(weight, Self.minimumWeightPerImage * Double(groundTruths.count))
    let (boxScale, classScale) = (boxWeight / weight, classWeight / weight)
    let parts = pool.map(groundTruths.count) { image in
      ImageLoss(
        predictions: predictions(outputs, image), gradients: predictions(gradients, image),
        groundTruths: groundTruths[image], boxLoss: boxLoss, boxScale: boxScale,
        classScale: classScale
      ).evaluate(assignments[image])
    }
    return LossTerms(
      terms: [
        NamedValue("box", parts.reduce(0) { $0 + $1.box }),
        NamedValue("cls", parts.reduce(0) { $0 + $1.classification }),
      ], sampleCount: assignments.reduce(0) { $0 + $1.count })
  }

  private func predictions(_ views: [View], _ image: Int) -> HeadOutputs {
    HeadOutputs(outputs: views, image: image, strides: strides, classCount: classCount)
  }

  private func check(_ outputs: [View], _ groundTruths: [[Annotation]]) {
    precondition(classCount > 0 && !strides.isEmpty, "a loss needs classes and strides")
    precondition(outputs.count == strides.count, "a detection loss needs one output per stride")
    for output in outputs {
      precondition(
        output.shape.c == 4 + classCount && output.shape.n == groundTruths.count,
        "an output of \(output.shape) does not fit \(classCount) classes and \(groundTruths.count) images"
      )
    }
    for groundTruth in groundTruths.joined() where !groundTruth.isCrowd {
      precondition(
        groundTruth.classIndex >= 0 && groundTruth.classIndex < classCount,
        "class \(groundTruth.classIndex) is not among \(classCount) classes")
    }
  }
}
