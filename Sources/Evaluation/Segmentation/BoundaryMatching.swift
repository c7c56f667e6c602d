import Basics
import Imaging

/// How well the boundary of a class is met in an image.
public struct BoundaryScores: Hashable, Sendable {
  /// The fraction of predicted boundary pixels within the tolerance of the true boundary.
  public let precision: Double
  /// The fraction of true boundary pixels within the tolerance of the predicted boundary.
  public let recall: Double
  /// The larger of the two directed Hausdorff distances, each the 95th percentile of the distances
  /// of one boundary's pixels to the other boundary, in pixels; nil if only one mask is empty.
  public let hausdorff95: Double?

  /// The harmonic mean of precision and recall; 0 if either mask is empty.
  public var f1: Double {
    precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
  }

  /// The boundary of a mask that is empty on one side only.
  static let unmatched = BoundaryScores(precision: 0, recall: 0, hausdorff95: nil)
}

/// Compares the boundaries of the classes of an image.
///
/// A boundary consists of the pixels of a class with a 4-neighbor outside of it, or outside of the
/// image; ignored pixels are not outside. Distances are between the centers of pixels.
///
/// Source: G. Csurka, D. Larlus, F. Perronnin, What is a good evaluation measure for semantic
/// segmentation?, 2013. The boundary and the percentile are those of MONAI.
struct BoundaryMatching {
  /// The tolerance as a fraction of the image's diagonal.
  static let tolerance = 0.0075

  /// The scores of each class that has pixels in either plane, by pixel value.
  let scores: [UInt8: BoundaryScores]

  init(_ pair: LabelMapPair) {
    let truth = Self.boundaries(of: pair.groundTruth, pair)
    let found = Self.boundaries(of: pair.comparedPrediction, pair)
    let diagonal = Double(pair.width * pair.width + pair.height * pair.height).squareRoot()
    var scores: [UInt8: BoundaryScores] = [:]
    for value in 1..<255 where !truth[value].isEmpty || !found[value].isEmpty {
      scores[UInt8(value)] = Self.compare(
        truth[value], found[value], width: pair.width, tolerance: Self.tolerance * diagonal)
    }
    self.scores = scores
  }

  /// The boundary pixels of each value, in the order of rows.
  private static func boundaries(of values: [UInt8], _ pair: LabelMapPair) -> [[Int]] {
    let (width, height) = (pair.width, pair.height)
    var boundaries = [[Int]](repeating: [], count: 256)
    values.withUnsafeBufferPointer { values in
      for row in 0..<height {
        let end = (row + 1) * width
        let isOuterRow = row == 0 || row == height - 1
        var start = row * width
        while start < end {
          let next = values.endOfRun(from: start, limit: end)
          let value = values[start]
          if value != 0, value != LabelMapPair.ignored {
            func isOutside(_ place: Int) -> Bool {
              values[place] != value && values[place] != LabelMapPair.ignored
            }
            let opensRun = start % width == 0 || isOutside(start - 1)
            let closesRun = next == end || isOutside(next)
            for place in start..<next
            where isOuterRow || isOutside(place - width) || isOutside(place + width)
              || (place == start && opensRun) || (place == next - 1 && closesRun)
            {
              boundaries[Int(value)].append(place)
            }
          }
          start = next
        }
      }
    }
    return boundaries
  }

  private static func compare(
    _ truth: [Int], _ found: [Int], width: Int, tolerance: Double
  ) -> BoundaryScores {
    guard !truth.isEmpty, !found.isEmpty else { return .unmatched }
    let area = BoundaryArea(truth, found, width: width)
    let toFound = area.squaredDistances(from: truth, to: found).sorted()
    let toTruth = area.squaredDistances(from: found, to: truth).sorted()
    func fraction(_ squared: [Int]) -> Double {
      Double(squared.count { Double($0).squareRoot() <= tolerance }) / Double(squared.count)
    }
    return BoundaryScores(
      precision: fraction(toTruth), recall: fraction(toFound),
      hausdorff95: max(percentile95(toFound), percentile95(toTruth)))
  }

  /// The 95th percentile of distances, given by their sorted squares.
  private static func percentile95(_ squared: [Int]) -> Double {
    let place = 0.95 * Double(squared.count - 1)
    let lower = Int(place)
    let near = Double(squared[lower]).squareRoot()
    let far = Double(squared[min(lower + 1, squared.count - 1)]).squareRoot()
    return near + (place - Double(lower)) * (far - near)
  }
}

/// The bounding rectangle of two sets of pixels, in which distances between them are measured.
private struct BoundaryArea {
  private let imageWidth: Int
  private let left: Int
  private let top: Int
  private let width: Int
  private let height: Int

  /// Makes the rectangle of two sets of pixel indices in the order of rows; neither is empty.
  init(_ first: [Int], _ second: [Int], width: Int) {
    imageWidth = width
    top = min(first[0], second[0]) / width
    height = max(first[first.count - 1], second[second.count - 1]) / width - top + 1
    var (left, right) = (width, 0)
    for pixels in [first, second] {
      for pixel in pixels {
        left = min(left, pixel % width)
        right = max(right, pixel % width)
      }
    }
    self.left = left
    self.width = right - left + 1
  }

  /// The squared distance from each pixel of a set to the nearest one of another.
  ///
  /// Starts at the vertical distance and looks to both sides as far as a nearer pixel may be. Where
  /// that takes long, the envelope of the whole row is computed instead, so that the time is linear.
  func squaredDistances(from pixels: [Int], to targets: [Int]) -> [Int] {
    var columns = [Int32](repeating: DistanceTransform.unreachable, count: width * height)
    for pixel in targets { columns[place(of: pixel)] = 0 }
    DistanceTransform.measureColumns(&columns, width: width)
    var envelope = LowerEnvelope(width: width)
    var distances: [Int] = []
    distances.reserveCapacity(pixels.count)
    /// The distances of a whole row, of `measuredRow`.
    var measured = [Int](repeating: 0, count: width)
    var (row, measuredRow, steps) = (-1, -1, 0)
    columns.withUnsafeBufferPointer { values in
      for pixel in pixels {
        let place = self.place(of: pixel)
        let (own, column) = (place / width, place % width)
        if own != row { (row, steps) = (own, 0) }
        if steps > 8 * width, measuredRow != row {
          measuredRow = row
          envelope.measure(columns[row * width..<(row + 1) * width]) { measured[$0] = $1 ?? 0 }
        }
        guard measuredRow != row else {
          distances.append(measured[column])
          continue
        }
        var nearest = Int(values[place]) * Int(values[place])
        var offset = 1
        while offset * offset < nearest, column >= offset || column + offset < width {
          if column >= offset {
            let vertical = Int(values[place - offset])
            nearest = min(nearest, vertical * vertical + offset * offset)
          }
          if column + offset < width {
            let vertical = Int(values[place + offset])
            nearest = min(nearest, vertical * vertical + offset * offset)
          }
          offset += 1
        }
        steps += offset
        distances.append(nearest)
      }
    }
    return distances
  }

  private func place(of pixel: Int) -> Int {
    (pixel / imageWidth - top) * width + pixel % imageWidth - left
  }
}
