import Foundation
import Networks

/// SSD with its prior boxes outside of the graph (W. Liu et al. 2016, "SSD", section 2.2; variances 0.1
/// and 0.2 as in the authors' code).
///
/// An output 1 x N x 4 of offsets, center and log size relative to the priors, and one
/// 1 x N x (1 + classes) of logits or probabilities with the background first. The priors are those of
/// SSD300 (8732) or, of networks for faces, those of RetinaFace and UltraFace, whichever have N boxes.
extension RecipeFamily {
  static let ssd = RecipeFamily(
    "ssd", "SSD with prior boxes outside of the graph",
    expected: "outputs 1 x N x 4 and 1 x N x (1 + classes) with N the priors of SSD300, RetinaFace "
      + "or UltraFace"
  ) { network in
    let dims = network.outputDims
    guard network.channels == 3, dims.count >= 2,
      let boxes = dims.firstIndex(where: { isBoxes($0) }),
      let scores = dims.indices.first(where: {
        $0 != boxes && dims[$0].count == 3 && dims[$0][1] == dims[boxes][1] && dims[$0][2] >= 2
          // RetinaFace has five points of each face, too.
          && dims[$0][2] != 10
      }),
      let family = PriorBoxes.fitting(
        count: dims[boxes][1], height: network.height, width: network.width)
    else { return nil }
    let classCount = dims[scores][2] - 1
    return Recipe(
      ImportedInput(
        height: network.height, width: network.width, .stretched, family.channels,
        mean: family.mean, deviation: family.deviation),
      classNames: classCount == 1 ? faces : ClassNames.usual(classCount),
      .boxes(Recipe.DetectionRule(confidence: family.confidence, iou: family.iou)) {
        outputs, height, width, collector in
        let (offsets, raw) = (outputs[boxes].values, outputs[scores])
        let isProbability = raw.areProbabilities
        let priors = family.boxes(height, width)
        for (row, prior) in priors.enumerated() where (row + 1) * 4 <= offsets.count {
          let values = isProbability ? raw.row(row) : raw.row(row).softmax
          collector.add(values, from: 1, count: classCount, score: { Double($0) }) {
            func value(_ index: Int) -> Double { Double(offsets[row * 4 + index]) }
            return box(
              centerX: (prior[0] + value(0) * 0.1 * prior[2]) * Double(width),
              centerY: (prior[1] + value(1) * 0.1 * prior[3]) * Double(height),
              width: prior[2] * exp(value(2) * 0.2) * Double(width),
              height: prior[3] * exp(value(3) * 0.2) * Double(height))
          }
        }
      })
  }

  private static func isBoxes(_ dims: [Int]) -> Bool {
    dims.count == 3 && dims[0] == 1 && dims[2] == 4
  }
}

/// The prior boxes of a family and how it takes images.
struct PriorBoxes: Sendable {
  let channels: ImportedInput.Channels
  let mean: [Float]
  let deviation: [Float]
  let confidence: Float
  let iou: Double
  /// Center, width and height of each prior, in parts of the input.
  let boxes: @Sendable (_ height: Int, _ width: Int) -> [SIMD4<Double>]

  /// The family with a number of priors for an input size.
  static func fitting(count: Int, height: Int, width: Int) -> PriorBoxes? {
    [ssd300, ultraFace, retinaFace].first { $0.boxes(height, width).count == count }
  }

  /// SSD300 (github.com/weiliu89/caffe, examples/ssd/ssd_pascal.py; PyTorch: torchvision's
  /// `ssd300_vgg16` and amdegroot/ssd.pytorch).
  static let ssd300 = PriorBoxes(
    channels: .rgb, mean: [123, 117, 104], deviation: [1], confidence: 0.5, iou: 0.45
  ) { _, _ in
    let cells = [38, 19, 10, 5, 3, 1]
    let steps = [8.0, 16, 32, 64, 100, 300]
    let sides = [30.0, 60, 111, 162, 213, 264, 315].map { $0 / 300 }
    let ratios = [[2.0], [2, 3], [2, 3], [2, 3], [2], [2]]
    return cells.indices.flatMap { level in
      (0..<cells[level] * cells[level]).flatMap { cell -> [SIMD4<Double>] in
        let x = (Double(cell % cells[level]) + 0.5) * steps[level] / 300
        let y = (Double(cell / cells[level]) + 0.5) * steps[level] / 300
        let (side, larger) = (sides[level], (sides[level] * sides[level + 1]).squareRoot())
        return [SIMD4(x, y, side, side), SIMD4(x, y, larger, larger)]
          + ratios[level].flatMap { ratio in
            let root = ratio.squareRoot()
            return [
              SIMD4(x, y, side * root, side / root), SIMD4(x, y, side / root, side * root),
            ]
          }
      }
    }
  }

  /// UltraFace without decoding (vision/ssd/config/fd_config.py).
  static let ultraFace = PriorBoxes(
    channels: .rgb, mean: [127], deviation: [128], confidence: 0.7, iou: 0.3
  ) { height, width in
    priors(
      height, width, strides: [8, 16, 32, 64],
      sides: [[10, 16, 24], [32, 48], [64, 96], [128, 192, 256]])
  }

  /// RetinaFace (biubug6/Pytorch_Retinaface, data/config.py and layers/functions/prior_box.py).
  static let retinaFace = PriorBoxes(
    channels: .bgr, mean: [104, 117, 123], deviation: [1], confidence: 0.5, iou: 0.4
  ) { height, width in
    priors(height, width, strides: [8, 16, 32], sides: [[16, 32], [64, 128], [256, 512]])
  }

  private static func priors(
    _ height: Int, _ width: Int, strides: [Int], sides: [[Double]]
  ) -> [SIMD4<Double>] {
    zip(strides, sides).flatMap { stride, sides -> [SIMD4<Double>] in
      let (rows, columns) = ((height + stride - 1) / stride, (width + stride - 1) / stride)
      let (w, h, step) = (Double(width), Double(height), Double(stride))
      return (0..<rows * columns).flatMap { cell -> [SIMD4<Double>] in
        let x = (Double(cell % columns) + 0.5) * step / w
        let y = (Double(cell / columns) + 0.5) * step / h
        return sides.map { SIMD4(x, y, $0 / w, $0 / h) }
      }
    }
  }
}

extension OutputTensor {
  /// Whether the first rows are of numbers from 0 to 1 whose sum is 1.
  fileprivate var areProbabilities: Bool {
    (0..<min(rows, 16)).allSatisfy { row(_: $0).areProbabilities }
  }

  fileprivate func row(_ index: Int) -> [Float] {
    let end = min((index + 1) * columns, values.count)
    return Array(values[min(index * columns, end)..<end])
  }
}
