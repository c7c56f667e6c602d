import Foundation
import Imaging

/// Weights that make a network learn the gaps between objects that almost touch.
///
/// `w(x) = w_c(x) + w0 exp(-(d1(x) + d2(x))^2 / (2 sigma^2))`, with the distances d1 and d2 to the
/// nearest and the second nearest object; the second term is that of background pixels alone. Source:
/// U-Net (Ronneberger et al. 2015), equation 2.
struct BoundaryWeights {
  /// The weight of a gap of no width.
  var borderWeight: Float = 10
  /// In pixels.
  var sigma = 5.0
  /// Whether w_c is inverse to the number of pixels of a class (their mean is 1, without the limit); if
  /// not, it is 1.
  var isBalanced: Bool

  /// The largest weight of a class.
  static let largestClassWeight: Float = 10

  /// The weights of an image, row by row.
  ///
  /// - Parameters:
  ///   - classes: 8-bit gray, the values of `ClassMasks`.
  ///   - objects: The object of each pixel, 16-bit gray, 0 for none; nil for the connected components
  ///     of each class.
  func weights(_ classes: Image, objects: Image?) -> [Float] {
    let (width, height) = (classes.width, classes.height)
    var weights = classWeights(classes)
    let labels: [Int32]
    if let objects {
      labels = objects.withNumbers { $0.map(Int32.init) }
    } else {
      labels =
        ConnectedComponents(
          of: classes.bytes, width: width, height: height, ignored: ClassMasks.ignored
        ).labels
    }
    // Beyond six deviations the weight is below 1e-6.
    let reach = Int((6 * sigma).rounded(.up))
    let (nearest, second) = Self.distances(labels, width: width, height: height, reach: reach)
    for place in weights.indices
    where classes.bytes[place] == ClassMasks.background && second[place] != Int32.max {
      let sum = Double(nearest[place]).squareRoot() + Double(second[place]).squareRoot()
      weights[place] += borderWeight * Float(exp(-sum * sum / (2 * sigma * sigma)))
    }
    return weights
  }

  private func classWeights(_ classes: Image) -> [Float] {
    guard isBalanced else { return [Float](repeating: 1, count: classes.bytes.count) }
    var counts = [Int](repeating: 0, count: 256)
    for value in classes.bytes { counts[Int(value)] += 1 }
    counts[Int(ClassMasks.ignored)] = 0
    let share = Float(counts.reduce(0, +)) / Float(max(counts.count { $0 > 0 }, 1))
    var table = counts.map { min(share / Float(max($0, 1)), Self.largestClassWeight) }
    table[Int(ClassMasks.ignored)] = 1
    return classes.bytes.map { table[Int($0)] }
  }

  /// The squared distances of each pixel to the nearest and to the second nearest object; the largest
  /// number where that is further than `reach` along an axis.
  private static func distances(
    _ labels: [Int32], width: Int, height: Int, reach: Int
  ) -> (nearest: [Int32], second: [Int32]) {
    var nearest = [Int32](repeating: .max, count: labels.count)
    var second = nearest
    for (label, box) in boxes(of: labels, width: width).sorted(by: { $0.key < $1.key }) {
      let (left, top) = (max(box.x1 - reach, 0), max(box.y1 - reach, 0))
      let (right, bottom) = (min(box.x2 + reach, width - 1), min(box.y2 + reach, height - 1))
      let part = (width: right - left + 1, height: bottom - top + 1)
      var columns: [Int32] = []
      columns.reserveCapacity(part.width * part.height)
      for row in top...bottom {
        for place in row * width + left...row * width + right {
          columns.append(labels[place] == label ? 0 : DistanceTransform.unreachable)
        }
      }
      DistanceTransform.measureColumns(&columns, width: part.width)
      var envelope = LowerEnvelope(width: part.width)
      for row in 0..<part.height {
        let first = (top + row) * width + left
        envelope.measure(columns[row * part.width..<(row + 1) * part.width]) { column, squared in
          guard let squared else { return }
          let (place, distance) = (first + column, Int32(squared))
          if distance < nearest[place] {
            second[place] = nearest[place]
            nearest[place] = distance
          } else if distance < second[place] {
            second[place] = distance
          }
        }
      }
    }
    return (nearest, second)
  }

  /// The first and last columns and rows of each object.
  private static func boxes(
    of labels: [Int32], width: Int
  ) -> [Int32: (x1: Int, y1: Int, x2: Int, y2: Int)] {
    var boxes: [Int32: (x1: Int, y1: Int, x2: Int, y2: Int)] = [:]
    var place = 0
    while place < labels.count {
      let label = labels[place]
      let (x, y) = (place % width, place / width)
      // A run of one object, or of none, in a row.
      var end = x + 1
      while end < width, labels[place + end - x] == label { end += 1 }
      if label != 0 {
        let box = boxes[label] ?? (x, y, end - 1, y)
        boxes[label] = (min(box.x1, x), box.y1, max(box.x2, end - 1), y)
      }
      place += end - x
    }
    return boxes
  }
}
