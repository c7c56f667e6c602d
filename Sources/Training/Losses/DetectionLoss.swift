import Engine
import Imaging

/// What a detector is trained to make small.
///
/// It gives cells objects to find (`Assigner`), then adds a box loss over these cells and the binary
/// cross-entropy over all class logits of all cells:
///
///     total = (boxGain * sum of weight * boxLoss + classGain * sum of crossEntropy) / S
///
/// S is the sum of the weights over the whole batch, at least 1/16 an image. The losses are those
/// of YOLOv8 without the distribution focal loss; that one takes S as at least 1, the same at its
/// usual batch of 16, and then multiplies the total by the batch size. Here it stays a mean: a batch
/// of the same images twice has the same loss and the same gradient by the parameters, so that a
/// learning rate is good for any batch size.
///
/// Crowds are nobody's target, and a cell without an object whose box lies mostly in a crowd is not
/// told that there is nothing.
package struct DetectionLoss: Loss, Hashable {
  /// Classes that the head tells apart.
  package var classCount: Int
  /// Input pixels from one cell to the next, for each of the head's outputs.
  package var strides: [Int]
  /// Which cells are given an object.
  package var assigner: Assigner
  /// How boxes are compared.
  package var boxLoss: BoxLoss
  /// What the box loss counts for.
  package var boxGain: Double
  /// What the class loss counts for.
  package var classGain: Double

  /// S is at least this for each image of the batch.
  private static let minimumWeightPerImage = 1.0 / 16

  /// Makes an objective; the gains are YOLOv8's.
  package init(
    classCount: Int, strides: [Int] = [8, 16, 32], assigner: Assigner = .taskAligned,
    boxLoss: BoxLoss = .ciou, boxGain: Double = 7.5, classGain: Double = 0.5
  ) {
    precondition(classCount > 0 && !strides.isEmpty, "an objective needs classes and strides")
    self.classCount = classCount
    self.strides = strides
    self.assigner = assigner
    self.boxLoss = boxLoss
    self.boxGain = boxGain
    self.classGain = classGain
  }

  /// Computes the loss of a batch and writes its gradient over all of `gradients`.
  ///
  /// `outputs` holds one view a stride, n x h x w x (4 + classes): box codes, then class logits;
  /// `gradients` has the same shapes. `groundTruths` has the annotations of each image, boxes in input
  /// pixels and class indices below `classCount`. The same bits come whatever the thread count.
  package func evaluate(
    outputs: [View], gradients: [View], groundTruths: [[Annotation]], pool: ThreadPool
  ) -> LossTerms {
    evaluate(
      outputs: outputs, gradients: gradients, groundTruths: groundTruths,
      matches: assign(outputs: outputs, groundTruths: groundTruths, pool: pool), pool: pool)
  }

  /// The matches of each image.
  func assign(outputs: [View], groundTruths: [[Annotation]], pool: ThreadPool) -> [[Assignment]] {
    check(outputs, groundTruths)
    return pool.map(groundTruths.count) { image in
      assigner.assign(predictions(outputs, image), groundTruths: groundTruths[image])
    }
  }

  /// The loss and its gradient where the matches are given.
  func evaluate(
    outputs: [View], gradients: [View], groundTruths: [[Annotation]], matches: [[Assignment]],
    pool: ThreadPool
  ) -> LossTerms {
    check(outputs, groundTruths)
    precondition(
      gradients.map(\.shape) == outputs.map(\.shape), "gradients need the outputs' shapes")
    var weight = 0.0
    for match in matches.joined() { weight += match.weight }
    weight = max(weight, Self.minimumWeightPerImage * Double(groundTruths.count))
    let (boxScale, classScale) = (boxGain / weight, classGain / weight)
    let parts = pool.map(groundTruths.count) { image in
      ImageLoss(
        predictions: predictions(outputs, image), gradients: predictions(gradients, image),
        groundTruths: groundTruths[image], boxLoss: boxLoss, boxScale: boxScale,
        classScale: classScale
      ).evaluate(matches[image])
    }
    var value = LossTerms(box: 0, classification: 0, positives: 0)
    for part in parts {
      value.box += part.box
      value.classification += part.classification
      value.positives += part.positives
    }
    return value
  }

  private func predictions(_ views: [View], _ image: Int) -> HeadOutputs {
    HeadOutputs(outputs: views, image: image, strides: strides, classCount: classCount)
  }

  private func check(_ outputs: [View], _ groundTruths: [[Annotation]]) {
    precondition(outputs.count == strides.count, "an objective needs one output a stride")
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
