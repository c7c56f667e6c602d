@testable import Basics
import Foundation
import Imaging

@testable import Engine
@testable import Training

/// Head outputs and their gradients in memory of their own, every gradient not a number at first,
/// with a gap of marked floats behind each pixel.
final class HeadOutputs {
  static let gap = 3
  static let mark: Float = 77

  let objective: DetectionLoss
  let images: Int
  private(set) var outputs: [View] = []
  private(set) var gradients: [View] = []

  /// Outputs of zeros for images of the given size.
  init(_ objective: DetectionLoss, images: Int, width: Int, height: Int) {
    self.objective = objective
    self.images = images
    for stride in objective.strides {
      let shape = Shape(
        n: images, h: height / stride, w: width / stride, c: 4 + objective.classCount)
      for fill: Float in [0, .nan] {
        let floats = shape.pixels * (shape.c + Self.gap)
        let data = UnsafeMutablePointer<Float>.allocate(capacity: floats)
        data.initialize(repeating: Self.mark, count: floats)
        let view = View(data: data, shape: shape, stride: shape.c + Self.gap)
        for pixel in 0..<shape.pixels {
          (data + pixel * view.stride).update(repeating: fill, count: shape.c)
        }
        if fill == 0 { outputs.append(view) } else { gradients.append(view) }
      }
    }
  }

  deinit {
    for view in outputs + gradients { view.data.deallocate() }
  }

  /// Fills in codes and logits as a network in the middle of its training has them.
  func randomize(seed: UInt64, spread: Float = 1) {
    var random = SeededGenerator(seed: seed)
    for image in 0..<images {
      forEachCell(of: image) { values, _ in
        for channel in 0..<4 { values[channel] = spread * 0.5 * random.normal() }
        for channel in 2..<4 { values[channel] += 0.7 }
        for index in 0..<objective.classCount { values[4 + index] = spread * random.normal() - 1 }
      }
    }
  }

  /// Output and gradient of each cell, level by level, row by row.
  func forEachCell(
    of image: Int, _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    for (output, gradient) in zip(outputs, gradients) {
      let count = output.shape.h * output.shape.w
      for pixel in image * count..<(image + 1) * count {
        body(output.data + pixel * output.stride, gradient.data + pixel * gradient.stride)
      }
    }
  }

  /// The channels of one cell of an image's output.
  func values(_ anchorPoint: AnchorPoint, image: Int = 0) -> UnsafeMutablePointer<Float> {
    let view = outputs[anchorPoint.level]
    return view.data + (image * view.shape.h * view.shape.w + anchorPoint.index) * view.stride
  }

  /// Makes a cell predict a box, and its classes the given logits.
  func predict(_ anchorPoint: AnchorPoint, _ box: Box, logits: [Float]) {
    let stride = Double(objective.strides[anchorPoint.level])
    let width = outputs[anchorPoint.level].shape.w
    let values = values(anchorPoint)
    values[0] = Float(box.centerX / stride - Double(anchorPoint.index % width) - 0.5)
    values[1] = Float(box.centerY / stride - Double(anchorPoint.index / width) - 0.5)
    values[2] = Float(log(box.width / stride))
    values[3] = Float(log(box.height / stride))
    for (index, logit) in logits.enumerated() { values[4 + index] = logit }
  }

  /// All gradients, image by image, level by level.
  func gradientValues() -> [Float] {
    var result: [Float] = []
    for image in 0..<images {
      forEachCell(of: image) { _, gradient in
        for channel in 0..<4 + objective.classCount { result.append(gradient[channel]) }
      }
    }
    return result
  }

  /// True where the floats between the pixels are as they were.
  var gapsAreUntouched: Bool {
    (outputs + gradients).allSatisfy { view in
      (0..<view.shape.pixels).allSatisfy { pixel in
        (view.shape.c..<view.stride).allSatisfy { view.data[pixel * view.stride + $0] == Self.mark }
      }
    }
  }

  /// Loss and gradient of the objective.
  func evaluate(_ groundTruths: [[Annotation]], pool: ThreadPool = ThreadPool(threads: 1))
    -> LossTerms
  {
    objective.evaluate(
      outputs: outputs, targets: .boxes(groundTruths), gradients: gradients, pool: pool)
  }

  /// The matches of the objective.
  func matches(_ groundTruths: [[Annotation]]) -> [[Assignment]] {
    objective.assign(outputs: outputs, groundTruths: groundTruths, pool: ThreadPool(threads: 1))
  }
}

/// Images with a few random objects each, boxes in pixels of the input.
func randomGroundTruths(
  images: Int, classes: Int, width: Double, height: Double, seed: UInt64
) -> [[Annotation]] {
  var random = SeededGenerator(seed: seed)
  return (0..<images).map { image in
    (0..<image % 4 + 1).map { _ in
      let (x, y) = (Double(random.uniform()) * width, Double(random.uniform()) * height)
      let box = Box(
        x1: x, y1: y, x2: x + 4 + Double(random.uniform()) * width / 2,
        y2: y + 4 + Double(random.uniform()) * height / 2
      ).clipped(toWidth: width, height: height)
      return Annotation(box: box, classIndex: Int(random.next() % UInt64(classes)))
    }
  }
}
