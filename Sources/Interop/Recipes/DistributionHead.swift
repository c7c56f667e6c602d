import Foundation
import Networks

/// The boxes of NanoDet and PicoDet (X. Li et al. 2020, "Generalized Focal Loss", section 3.2): each
/// side is a distribution over 0, 1 ... bins - 1 strides, whose mean is its distance from the center.
struct DistributionHead: Sendable {
  let stride: Int
  /// The center of the first cell, in strides.
  let offset: Double
  let classCount: Int
  /// The numbers per side.
  let bins: Int

  /// Decodes a level, whose cells are rows of values.
  ///
  /// - Parameters:
  ///   - classes: Probabilities of each cell, `classStep` apart, from `classStart` on.
  ///   - sides: Distributions of the left, top, right and bottom, likewise.
  ///   - cell: The number of cells of other levels before this one in the same outputs.
  func decode(
    classes: [Float], classStep: Int, classStart: Int = 0, sides: [Float], sideStep: Int,
    sideStart: Int = 0, cell first: Int = 0, height: Int, width: Int,
    _ collector: inout CandidateCollector
  ) {
    let (rows, columns) = ((height + stride - 1) / stride, (width + stride - 1) / stride)
    for y in 0..<rows {
      for x in 0..<columns {
        let cell = first + y * columns + x
        let start = cell * sideStep + sideStart
        guard start + 4 * bins <= sides.count else { return }
        collector.add(
          classes, from: cell * classStep + classStart, count: classCount, score: { Double($0) }
        ) {
          let centerX = (Double(x) + offset) * Double(stride)
          let centerY = (Double(y) + offset) * Double(stride)
          func reach(_ side: Int) -> Double {
            mean(sides[start + side * bins..<start + (side + 1) * bins]) * Double(stride)
          }
          func inside(_ value: Double, _ limit: Int) -> Double { min(max(value, 0), Double(limit)) }
          return SIMD4(
            inside(centerX - reach(0), width), inside(centerY - reach(1), height),
            inside(centerX + reach(2), width), inside(centerY + reach(3), height))
        }
      }
    }
  }

  /// The mean place under the softmax of logits.
  private func mean(_ logits: ArraySlice<Float>) -> Double {
    let largest = Double(logits.max() ?? 0)
    var (total, sum) = (0.0, 0.0)
    for (place, logit) in logits.enumerated() {
      let weight = exp(Double(logit) - largest)
      total += weight
      sum += weight * Double(place)
    }
    return sum / total
  }
}
