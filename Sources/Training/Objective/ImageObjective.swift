import Engine
import Imaging
import Networks

/// The part of one image in the objective.
struct ImageObjective {
  let predictions: Predictions
  let gradients: Predictions
  let truths: [Annotation]
  let boxLoss: BoxLoss
  /// Gain over the batch's sum of weights, for the boxes and for the classes.
  let boxScale: Double
  let classScale: Double

  /// The losses; their gradient is written to every channel of every cell.
  func evaluate(_ matches: [Match]) -> ObjectiveValue {
    var value = ObjectiveValue(box: 0, classification: 0, positives: matches.count)
    let crowds = truths.filter(\.isCrowd).map(\.box)
    for (output, gradient) in zip(predictions.levels, gradients.levels) {
      value.classification += background(output, gradient, crowds: crowds)
    }
    for match in matches {
      let output = predictions.levels[match.cell.level]
      let gradient = gradients.levels[match.cell.level]
      let cell = match.cell.index
      if !crowds.isEmpty, isMostly(output.box(cell), in: crowds) {
        value.classification += emptyCell(output.logits(cell), gradient.logits(cell))
      }
      let classIndex = truths[match.truth].classIndex
      let correction = BinaryCrossEntropy.correction(
        logit: output.logits(cell)[classIndex], target: match.target)
      value.classification += correction.value * classScale
      gradient.logits(cell)[classIndex] = Float(correction.slope * classScale)

      let loss = boxLoss.evaluate(
        predicted: output.box(cell), truth: truths[match.truth].box)
      value.box += match.weight * loss.value * boxScale
      let slope =
        BoxCode.gradient(
          byCorners: loss.gradient, at: output.values(cell), stride: output.stride)
        * (match.weight * boxScale)
      let target = gradient.values(cell)
      for channel in 0..<4 { target[channel] = Float(slope[channel]) }
    }
    return value
  }

  /// The class loss of a level as if no cell had an object; no slope for any box.
  private func background(
    _ output: Predictions.Level, _ gradient: Predictions.Level, crowds: [Box]
  ) -> Double {
    var sum = 0.0
    for cell in 0..<output.width * output.height {
      gradient.values(cell).update(repeating: 0, count: 4)
      if !crowds.isEmpty, isMostly(output.box(cell), in: crowds) {
        gradient.logits(cell).update(repeating: 0, count: predictions.classCount)
      } else {
        sum += emptyCell(output.logits(cell), gradient.logits(cell))
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
