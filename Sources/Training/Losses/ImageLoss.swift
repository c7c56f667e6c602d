import Engine
import Imaging
import Networks

/// The part of one image in the objective.
struct ImageLoss {
  let predictions: HeadOutputs
  let gradients: HeadOutputs
  let groundTruths: [Annotation]
  let boxLoss: BoxLoss
  /// Gain over the batch's sum of weights, for the boxes and for the classes.
  let boxScale: Double
  let classScale: Double

  /// The losses; their gradient is written to every channel of every cell.
  func evaluate(_ matches: [Assignment]) -> LossTerms {
    var value = LossTerms(box: 0, classification: 0, positives: matches.count)
    let crowds = groundTruths.filter(\.isCrowd).map(\.box)
    for (output, gradient) in zip(predictions.levels, gradients.levels) {
      value.classification += background(output, gradient, crowds: crowds)
    }
    for match in matches {
      let output = predictions.levels[match.anchorPoint.level]
      let gradient = gradients.levels[match.anchorPoint.level]
      let anchorPoint = match.anchorPoint.index
      if !crowds.isEmpty, isMostly(output.box(anchorPoint), in: crowds) {
        value.classification += emptyCell(output.logits(anchorPoint), gradient.logits(anchorPoint))
      }
      let classIndex = groundTruths[match.groundTruth].classIndex
      let correction = BinaryCrossEntropy.correction(
        logit: output.logits(anchorPoint)[classIndex], target: match.target)
      value.classification += correction.value * classScale
      gradient.logits(anchorPoint)[classIndex] = Float(correction.slope * classScale)

      let loss = boxLoss.evaluate(
        predicted: output.box(anchorPoint), groundTruth: groundTruths[match.groundTruth].box)
      value.box += match.weight * loss.value * boxScale
      let slope =
        BoxEncoding.yolox.gradient(
          byCorners: loss.gradient, at: output.values(anchorPoint), stride: output.stride)
        * (match.weight * boxScale)
      let target = gradient.values(anchorPoint)
      for channel in 0..<4 { target[channel] = Float(slope[channel]) }
    }
    return value
  }

  /// The class loss of a level as if no cell had an object; no slope for any box.
  private func background(
    _ output: HeadOutputs.Level, _ gradient: HeadOutputs.Level, crowds: [Box]
  ) -> Double {
    var sum = 0.0
    for anchorPoint in 0..<output.width * output.height {
      gradient.values(anchorPoint).update(repeating: 0, count: 4)
      if !crowds.isEmpty, isMostly(output.box(anchorPoint), in: crowds) {
        gradient.logits(anchorPoint).update(repeating: 0, count: predictions.classCount)
      } else {
        sum += emptyCell(output.logits(anchorPoint), gradient.logits(anchorPoint))
      }
    }
    return sum
  }

  /// The class loss of a cell without an object.
  private func emptyCell(
    _ logits: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    classScale
      * BinaryCrossEntropy.zeroTargets(
        logits: logits, count: predictions.classCount, scale: Float(classScale), gradient: gradient)
  }

  /// True where more than half of the box lies in one of the crowds.
  private func isMostly(_ box: Box, in crowds: [Box]) -> Bool {
    crowds.contains { $0.intersection(box).area > 0.5 * box.area }
  }
}
