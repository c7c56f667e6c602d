import Basics
import Foundation

/// The places and weights of overlapping windows along one side of an image.
///
/// Windows are evenly spaced and begin at multiples of a unit, so that the pooling of each window
/// falls on the same pixels as that of the whole image. Their weights are a Gaussian with a standard
/// deviation of 1/8 of the window (F. Isensee et al., nnU-Net, Nature Methods 2021: `sigma_scale`).
struct WindowAxis {
  /// The length of the side, in pixels.
  let length: Int
  /// The length of each window.
  let window: Int
  /// The first pixel of each window, ascending; the last window ends at the end of the side.
  let starts: [Int]
  /// The weight of each pixel of a window.
  let weights: [Float]
  /// For each pixel of the side, one divided by the sum of the weights of its windows.
  let scales: [Float]

  /// - Parameters:
  ///   - length: A multiple of `unit`.
  ///   - window: A multiple of `unit`, at most the length.
  ///   - overlap: The part of a window that it shares with the next one, at least; 0..<1.
  init(length: Int, window: Int, overlap: Double, unit: Int = InputSize.step) {
    precondition(
      length % unit == 0 && window % unit == 0 && (unit...length).contains(window),
      "a window of \(window) does not fit a side of \(length) in units of \(unit)")
    precondition((0..<1).contains(overlap), "windows overlap by a part of 0 to 1, not \(overlap)")
    (self.length, self.window) = (length, window)
    let step = max(Int(Double(window) * (1 - overlap)) / unit * unit, unit)
    let last = length - window
    let count = (last + step - 1) / step + 1
    // Rounded down to units, neighbors are at most a step apart: the step is a multiple of a unit.
    starts = (0..<count).map { $0 == 0 ? 0 : last * $0 / (count - 1) / unit * unit }
    if count == 1 {
      weights = [Float](repeating: 1, count: window)
    } else {
      let middle = Double(window) / 2
      weights = (0..<window).map { place in
        let distance = (Double(place) + 0.5 - middle) / (Double(window) / 8)
        return Float(exp(-0.5 * distance * distance))
      }
    }
    var sums = [Float](repeating: 0, count: length)
    for start in starts {
      for place in 0..<window { sums[start + place] += weights[place] }
    }
    scales = sums.map { 1 / $0 }
  }
}

/// Rows and pixels beyond the edge of an image, which mirror those inside.
enum Reflection {
  /// The place inside of `0..<count` that a place from 0 on mirrors; the edge is not repeated.
  static func place(_ place: Int, count: Int) -> Int {
    if place < count { return place }
    if count == 1 { return 0 }
    let period = 2 * (count - 1)
    let offset = place % period
    return offset < count ? offset : period - offset
  }
}
