import Engine
import Foundation
import Imaging
import Networks

/// The detection loss of one image.
struct ImageLoss {
  let predictions: HeadOutputs
  let gradients: HeadOutputs
  let groundTruths: [Annotation]
  let boxLoss: BoxLoss
  /// The weights of the loss terms, divided by the batch's sum of assignment weights.
  let boxScale: Double
  let classScale: Double

  /// The two terms; their gradient is written to every channel of every anchor point.
  func evaluate(_ assignments: [Assignment]) -> (box: Double, classification: Double) {
    var (boxSum, classSum) = (0.0, 0.0)
    let crowds = groundTruths.filter(\.isCrowd).map(\.box)
    for (output, gradient) in zip(predictions.levels, gradients.levels) {
      classSum += background(output, gradient, crowds: crowds)
    }
    for assignment in assignments {
      let output = predictions.levels[assignment.anchorPoint.level]
      let gradient = gradients.levels[assignment.anchorPoint.level]
      let anchorPoint = assignment.anchorPoint.index
      if !crowds.isEmpty, isMostly(output.box(anchorPoint), in: crowds) {
        classSum += negative(output.logits(anchorPoint), gradient.logits(anchorPoint))
      }
      let groundTruth = groundTruths[assignment.groundTruth]
      let correction = BinaryCrossEntropy.correction(
        logit: output.logits(anchorPoint)[groundTruth.classIndex], target: assignment.target)
      classSum += correction.value * classScale
      gradient.logits(anchorPoint)[groundTruth.classIndex] = Float(correction.slope * classScale)

      let loss = boxLoss.evaluate(predicted: output.box(anchorPoint), groundTruth: groundTruth.box)
      boxSum += assignment.weight * loss.value * boxScale
      let slope =
        BoxEncoding.yolox.gradient(
          byCorners: loss.gradient, at: output.values(anchorPoint), stride: output.stride)
        * (assignment.weight * boxScale)
      let target = gradient.values(anchorPoint)
      for channel in 0..<4 { target[channel] = Float(slope[channel]) }
    }
    return (boxSum, classSum)
  }

  /// The class loss of a level as if every anchor point were a negative; no gradient for any box, and
  /// none for an anchor point outside the input.
  private func background(
    _ output: HeadOutputs.Level, _ gradient: HeadOutputs.Level, crowds: [Box]
  ) -> Double {
    var sum = 0.0
    for anchorPoint in 0..<output.count {
      gradient.values(anchorPoint).update(repeating: 0, count: 4)
      let isOutside =
        anchorPoint % output.width >= output.columns || anchorPoint / output.width >= output.rows
      if isOutside || !crowds.isEmpty && isMostly(output.box(anchorPoint), in: crowds) {
        gradient.logits(anchorPoint).update(repeating: 0, count: predictions.classCount)
      } else {
        sum += negative(output.logits(anchorPoint), gradient.logits(anchorPoint))
      }
    }
    return sum
  }

  /// The class loss of an anchor point without an object.
  private func negative(
    _ logits: UnsafeMutablePointer<Float>, _ gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    classScale
      * BinaryCrossEntropy.zeroTargets(
        logits: logits, count: predictions.classCount, scale: Float(classScale), gradient: gradient)
  }

  /// Whether more than half of the box's area lies in one of the crowds.
  private func isMostly(_ box: Box, in crowds: [Box]) -> Bool {
    crowds.contains { $0.intersection(box).area > 0.5 * box.area }
  }
}

extension BoxEncoding {
  /// The gradient with respect to the encoding `p` from that with respect to the decoded corners.
  ///
  /// The encoded center moves both corners by one stride per unit, the encoded logarithm of a size
  /// moves each by half of the size. A clamped size has no gradient.
  func gradient(
    byCorners corners: CornerGradient, at p: UnsafePointer<Float>, stride: Double
  ) -> SIMD4<Double> {
    let width = p[2] < Self.maximumLogSize ? exp(Double(p[2])) * stride : 0
    let height = p[3] < Self.maximumLogSize ? exp(Double(p[3])) * stride : 0
    return SIMD4<Double>(
      (corners.x + corners.z) * stride,
      (corners.y + corners.w) * stride,
      (corners.z - corners.x) * width / 2,
      (corners.w - corners.y) * height / 2)
  }
}
