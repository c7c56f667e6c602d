import Engine
import Loading

/// The labels of the pixels of one output of a segmentation network, and their weights.
struct OutputLabels {
  let count: Int
  let height: Int
  let width: Int
  /// The labels as in `ClassMasks`, in the order n, h, w.
  let values: [UInt8]
  /// The weights in the same order; nil for equal ones.
  let weights: [Float]?

  var pixels: Int { height * width }

  /// Fits the label maps of a batch to an output.
  ///
  /// - Parameters:
  ///   - shape: The output. If it is the first, it is as large as the maps, or smaller by an even
  ///     number of rows and columns, which unpadded convolutions have left out at the edges.
  ///   - level: 0 for the first output; others are 2^level times smaller than the maps, and take the
  ///     labels at the centers of their pixels.
  init(_ maps: ClassMasks, _ weights: [Float]?, shape: Shape, level: Int) {
    precondition(
      maps.count == shape.n, "\(maps.count) label maps do not fit an output of \(shape)")
    precondition(
      weights.map { $0.count == maps.values.count } ?? true, "there is one weight per pixel")
    (count, height, width) = (shape.n, shape.h, shape.w)
    if (maps.height, maps.width) == (height, width) {
      (values, self.weights) = (maps.values, weights)
      return
    }
    let factor = 1 << level
    let (top, left) =
      level == 0
      ? ((maps.height - height) / 2, (maps.width - width) / 2) : (factor / 2, factor / 2)
    precondition(
      level == 0
        ? top >= 0 && left >= 0 && maps.height == height + 2 * top && maps.width == width + 2 * left
        : maps.height == height * factor && maps.width == width * factor,
      "label maps of \(maps.width)x\(maps.height) do not fit output \(level) of \(shape)")
    var places: [Int] = []
    places.reserveCapacity(count * height * width)
    for image in 0..<count {
      for row in 0..<height {
        let first = (image * maps.height + top + row * factor) * maps.width + left
        for column in 0..<width { places.append(first + column * factor) }
      }
    }
    values = places.map { maps.values[$0] }
    self.weights = weights.map { weights in places.map { weights[$0] } }
  }
}
