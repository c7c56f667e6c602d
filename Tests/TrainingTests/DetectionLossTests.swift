@testable import Basics
import Engine
import Foundation
import Imaging
import Testing

@testable import Training

@Suite struct ObjectiveTests {
  /// One cell's part of the loss in plain double precision, with its match and alpha held fixed.
  private func cellLoss(
    _ values: [Double], center: (x: Double, y: Double), stride: Double,
    match: (groundTruth: Annotation, target: Double, weight: Double)?, alpha: Double,
    _ objective: DetectionLoss
  ) -> Double {
    var loss = 0.0
    for (index, logit) in values[4...].enumerated() {
      let target = match.map { $0.groundTruth.classIndex == index ? $0.target : 0 } ?? 0
      let score = 1 / (1 + exp(-logit))
      loss -= objective.classWeight * (target * log(score) + (1 - target) * log(1 - score))
    }
    guard let match else { return loss }
    return loss + objective.boxWeight * match.weight
      * LossReference.loss(
        objective.boxLoss, decode(values, center, stride), corners(match.groundTruth), alpha: alpha)
  }

  private func decode(_ p: [Double], _ center: (x: Double, y: Double), _ stride: Double)
    -> [Double]
  {
    let (x, y) = (center.x + p[0] * stride, center.y + p[1] * stride)
    let (w, h) = (exp(min(p[2], 8)) * stride, exp(min(p[3], 8)) * stride)
    return [x - w / 2, y - h / 2, x + w / 2, y + h / 2]
  }

  private func corners(_ groundTruth: Annotation) -> [Double] {
    [groundTruth.box.x1, groundTruth.box.y1, groundTruth.box.x2, groundTruth.box.y2]
  }

  // Every value of every cell is moved by 1e-5 to both sides in the plain reference above.
  @Test(arguments: Assigner.allCases, BoxLoss.allCases)
  func theWholeGradientIsCentralDifferences(assigner: Assigner, boxLoss: BoxLoss) {
    let objective = DetectionLoss(classCount: 3, assigner: assigner, boxLoss: boxLoss)
    let head = HeadOutputs(objective, images: 4, width: 96, height: 64)
    head.randomize(seed: 11)
    let groundTruths = randomGroundTruths(images: 4, classes: 3, width: 96, height: 64, seed: 12)
    let matches = head.matches(groundTruths)
    let value = head.evaluate(groundTruths)
    let total = matches.joined().reduce(0) { $0 + $1.weight }
    #expect(value.sampleCount == matches.joined().count && value.sampleCount > 10)
    #expect(total > 1)

    var loss = 0.0
    for image in 0..<4 {
      var byCell: [AnchorPoint: Assignment] = [:]
      for match in matches[image] { byCell[match.anchorPoint] = match }
      for (level, view) in head.outputs.enumerated() {
        let stride = Double(objective.strides[level])
        for index in 0..<view.shape.h * view.shape.w {
          let offset = (image * view.shape.h * view.shape.w + index) * view.stride
          let values = (0..<7).map { Double(view.data[offset + $0]) }
          let x = (Double(index % view.shape.w) + 0.5) * stride
          let y = (Double(index / view.shape.w) + 0.5) * stride
          let match = byCell[AnchorPoint(level: level, index: index)].map {
            (groundTruth: groundTruths[image][$0.groundTruth], target: $0.target, weight: $0.weight)
          }
          let alpha =
            match.map {
              LossReference.alpha(boxLoss, decode(values, (x, y), stride), corners($0.groundTruth))
            } ?? 0
          func part(_ values: [Double]) -> Double {
            cellLoss(
              values, center: (x, y), stride: stride, match: match, alpha: alpha, objective) / total
          }
          loss += part(values)
          for channel in 0..<7 {
            var (low, high) = (values, values)
            low[channel] -= 1e-5
            high[channel] += 1e-5
            let expected = (part(high) - part(low)) / 2e-5
            let found = Double(head.gradients[level].data[offset + channel])
            #expect(
              abs(found - expected) < 1e-6 + 2e-6 * abs(expected),
              "image \(image), stride \(stride), cell \(index), channel \(channel)")
          }
        }
      }
    }
    #expect(difference(value.total, loss) < 1e-6)
    #expect(head.gapsAreUntouched)
  }

  // 84 cells (8x8 + 4x4 + 2x2) of 2 logits 0, each log 2, gain 0.5, over the least S of 1/16.
  @Test func aImageWithoutObjects() {
    let head = HeadOutputs(DetectionLoss(classCount: 2), images: 1, width: 64, height: 64)
    let value = head.evaluate([[]])
    #expect(value["box", default: .nan] == 0 && value.sampleCount == 0)
    #expect(abs(value["cls", default: .nan] - 84 * 2 * log(2) * 0.5 * 16) < 1e-3)
    head.forEachCell(of: 0) { _, gradient in
      for channel in 0..<4 { #expect(gradient[channel] == 0) }
      for channel in 4..<6 { #expect(gradient[channel] == 0.5 * 0.5 * 16) }
    }
  }

  // The first of 4 x 4 cells predicts the ground truth and is its only candidate (center 4 of 2...6): IoU
  // 1, target 1, S 1. Box loss 0; class loss 0.5 (16 log 2 - 1 * 0), slope there 0.5 (0.5 - 1).
  @Test func onePerfectBox() {
    let objective = DetectionLoss(classCount: 1, strides: [8])
    let head = HeadOutputs(objective, images: 1, width: 32, height: 32)
    let box = Box([2, 2, 6, 6])
    head.predict(AnchorPoint(level: 0, index: 0), box, logits: [0])
    let value = head.evaluate([[Annotation(box: box, classIndex: 0)]])
    #expect(abs(value["box", default: .nan]) < 1e-5)
    #expect(abs(value["cls", default: .nan] - 8 * log(2)) < 1e-5)
    #expect(value.total == value["box", default: .nan] + value["cls", default: .nan])
    #expect(value.terms.map(\.name) == objective.termNames)
    let gradient = head.gradientValues()
    #expect(abs(gradient[4] + 0.25) < 1e-6)
    #expect(abs(gradient[9] - 0.25) < 1e-6)
  }

  // The crowd holds all of cell 0's box (8 x 8 around 4), 3/4 of cell 1's, exactly half of cell 4's.
  // Cell 5 has an object of its own, in the crowd or not.
  @Test func crowdsSilenceEmptyCells() {
    let objective = DetectionLoss(classCount: 1, strides: [8])
    let head = HeadOutputs(objective, images: 1, width: 32, height: 32)
    let crowd = Annotation(box: Box([0, 0, 14, 12]), classIndex: 9, isCrowd: true)
    let object = Annotation(box: Box([10, 10, 14, 14]), classIndex: 0)
    head.predict(AnchorPoint(level: 0, index: 5), Box([9, 9, 12, 12]), logits: [0])
    let value = head.evaluate([[crowd, object]])
    let gradient = head.gradientValues()
    let silent = (0..<16).filter { gradient[$0 * 5 + 4] == 0 }
    #expect(silent == [0, 1])
    #expect(value.sampleCount == 1 && gradient[5 * 5 + 4] < gradient[4 * 5 + 4])
    // 14 cells of log 2, less target * logit = 0.
    let weight = max(1.0 / 16, head.matches([[crowd, object]])[0][0].weight)
    #expect(abs(value["cls", default: .nan] - 14 * log(2) * 0.5 / weight) < 1e-5 / weight)
  }

  // The same images twice: the same loss, and half the gradient at each output, which summed over
  // twice the images is the same gradient by the parameters.
  @Test(arguments: Assigner.allCases)
  func lossDoesNotDependOnTheBatchSize(assigner: Assigner) {
    let objective = DetectionLoss(classCount: 2, assigner: assigner)
    let one = HeadOutputs(objective, images: 3, width: 64, height: 64)
    let two = HeadOutputs(objective, images: 6, width: 64, height: 64)
    one.randomize(seed: 5)
    for (source, target) in zip(one.outputs, two.outputs) {
      let floats = source.shape.pixels * source.stride
      target.data.update(from: source.data, count: floats)
      (target.data + floats).update(from: source.data, count: floats)
    }
    let groundTruths = randomGroundTruths(images: 3, classes: 2, width: 64, height: 64, seed: 6)
    let (single, double) = (one.evaluate(groundTruths), two.evaluate(groundTruths + groundTruths))
    #expect(difference(double.total, single.total) < 1e-12)
    let half = one.gradientValues()
    for (index, slope) in two.gradientValues().prefix(half.count).enumerated() {
      #expect(abs(slope * 2 - half[index]) <= 1e-6 * abs(half[index]))
    }
  }

  @Test(arguments: Assigner.allCases)
  func theSameBitsWhateverTheThreads(assigner: Assigner) {
    let objective = DetectionLoss(classCount: 5, assigner: assigner)
    let groundTruths = randomGroundTruths(images: 7, classes: 5, width: 128, height: 96, seed: 8)
    let results = (1...3).map { threads in
      let head = HeadOutputs(objective, images: 7, width: 128, height: 96)
      head.randomize(seed: 9)
      let value = head.evaluate(groundTruths, pool: ThreadPool(threads: threads))
      return (value, head.gradientValues().map(\.bitPattern))
    }
    for result in results {
      #expect(result.0 == results[0].0)
      #expect(result.1 == results[0].1)
    }
  }

  @Test(arguments: Assigner.allCases, BoxLoss.allCases)
  func finiteWhateverTheOutputs(assigner: Assigner, boxLoss: BoxLoss) {
    let objective = DetectionLoss(classCount: 3, assigner: assigner, boxLoss: boxLoss)
    let head = HeadOutputs(objective, images: 2, width: 96, height: 64)
    var random = SeededGenerator(seed: 21)
    let extremes: [Float] = [
      0, -0.0, .leastNonzeroMagnitude, 1, -1, 8, 7.999_999, 9, -9, 90, -90, 104, -104, 800, -800,
      1e10, -1e10,
      .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
    ]
    for round in 0..<60 {
      for image in 0..<2 {
        head.forEachCell(of: image) { values, gradient in
          for channel in 0..<7 {
            let isExtreme = round % 3 != 0 || random.next() % 8 == 0
            values[channel] =
              isExtreme
              ? extremes[Int(random.next() % UInt64(extremes.count))] : 3 * random.normal()
            gradient[channel] = .nan
          }
        }
      }
      var groundTruths = randomGroundTruths(
        images: 2, classes: 3, width: 96, height: 64, seed: UInt64(round) + 50)
      groundTruths[0].append(Annotation(box: Box([5, 5, 5 + 1e-9, 5 + 1e-9]), classIndex: 0))
      groundTruths[0].append(Annotation(box: Box([-1e9, -1e9, 1e9, 1e9]), classIndex: 1))
      groundTruths[1].append(Annotation(box: Box([0, 0, 40, 40]), classIndex: 0, isCrowd: true))
      let value = head.evaluate(groundTruths)
      #expect(value["box", default: .nan].isFinite && value["cls", default: .nan].isFinite)
      #expect(head.gradientValues().allSatisfy { $0.isFinite })
    }
  }

  // A network that has diverged must be seen to have, and must not end the program.
  @Test(arguments: Assigner.allCases, [Float.nan, .infinity, -.infinity])
  func divergedOutputsGiveALossThatIsNotFinite(assigner: Assigner, broken: Float) {
    let objective = DetectionLoss(classCount: 2, assigner: assigner)
    let groundTruths = randomGroundTruths(images: 2, classes: 2, width: 64, height: 64, seed: 3)
    for channels in [0..<6, 4..<6] {
      let head = HeadOutputs(objective, images: 2, width: 64, height: 64)
      head.forEachCell(of: 1) { values, _ in
        for channel in channels { values[channel] = broken }
      }
      #expect(!head.evaluate(groundTruths).total.isFinite)
    }
  }
}

extension LossTerms {
  subscript(name: String, default missing: Double) -> Double {
    terms.first { $0.name == name }?.value ?? missing
  }
}
