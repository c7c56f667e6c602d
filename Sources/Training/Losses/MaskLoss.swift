import Engine
import Imaging

/// What a segmenter is trained to make small where objects are labeled with boxes.
///
/// The mean binary cross-entropy over all logits of all pixels: the target of a class is 1 inside
/// its boxes and 0 elsewhere (Dai et al. 2015, "BoxSup", section 3: boxes as masks). Classes do not
/// exclude each other.
package struct MaskLoss: Loss, Hashable {
  /// Classes that the network tells apart.
  package var classCount: Int

  /// Makes an objective.
  package init(classCount: Int) {
    precondition(classCount > 0, "an objective needs classes")
    self.classCount = classCount
  }

  /// Computes the loss of a batch and writes its gradient over all of `gradients`.
  ///
  /// `outputs` is one view n x h x w x `classCount` of the input's size. Crowds are nobody's target.
  package func evaluate(
    outputs: [View], gradients: [View], groundTruths: [[Annotation]], pool: ThreadPool
  ) -> LossTerms {
    precondition(outputs.count == 1 && gradients.count == 1, "a segmenter has one output")
    let (logits, gradient) = (outputs[0], gradients[0])
    precondition(
      logits.shape.c == classCount && logits.shape.n == groundTruths.count
        && logits.isDense && gradient.isDense,
      "an output of \(logits.shape) does not fit \(classCount) classes and \(groundTruths.count) images"
    )
    let parts = pool.map(groundTruths.count) { image in
      evaluate(
        logits, gradient, image: image, groundTruths: groundTruths[image].filter { !$0.isCrowd },
        scale: 1 / Double(logits.shape.count))
    }
    var value = LossTerms(box: 0, classification: 0, positives: 0)
    for part in parts {
      value.classification += part.classification
      value.positives += part.positives
    }
    return value
  }

  private func evaluate(
    _ logits: View, _ gradient: View, image: Int, groundTruths: [Annotation], scale: Double
  ) -> LossTerms {
    let (width, height) = (logits.shape.w, logits.shape.h)
    let begin = image * height * width * classCount
    var loss = BinaryCrossEntropy.zeroTargets(
      logits: logits.data + begin, count: height * width * classCount, scale: Float(scale),
      gradient: gradient.data + begin)
    let masks = groundTruths.map { BoxMask($0, width: width, height: height) }
    var positives = 0
    for (index, mask) in masks.enumerated() {
      // A pixel in two boxes of a class is one positive.
      let earlier = masks[..<index].filter { $0.classIndex == mask.classIndex }
      for y in mask.rows {
        for x in mask.columns
        where !earlier.contains(where: { $0.rows.contains(y) && $0.columns.contains(x) }) {
          let place = begin + (y * width + x) * classCount + mask.classIndex
          let (value, slope) = BinaryCrossEntropy.correction(logit: logits.data[place], target: 1)
          gradient.data[place] = Float(slope * scale)
          loss += value
          positives += 1
        }
      }
    }
    return LossTerms(box: 0, classification: loss * scale, positives: positives)
  }
}

/// The pixels of an image whose centers lie in a box.
private struct BoxMask {
  let classIndex: Int
  let rows: Range<Int>
  let columns: Range<Int>

  init(_ groundTruth: Annotation, width: Int, height: Int) {
    func range(_ low: Double, _ high: Double, _ size: Int) -> Range<Int> {
      let first = min(max((low - 0.5).rounded(.up), 0), Double(size))
      let end = min(max((high - 0.5).rounded(.up), first), Double(size))
      return Int(first)..<Int(end)
    }
    classIndex = groundTruth.classIndex
    rows = range(groundTruth.box.y1, groundTruth.box.y2, height)
    columns = range(groundTruth.box.x1, groundTruth.box.x2, width)
  }
}
