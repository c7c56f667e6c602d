import Engine
import Imaging
import Networks

/// A segmentation network of another program: it sees a whole image, and its probabilities are
/// interpolated to the image's size.
package struct ImportedSegmenter {
  private let runner: InferenceRunner
  private let program: ImportedProgram
  private let hasBackground: Bool

  /// The probabilities of an image in the network's resolution: channels, rows, columns.
  package struct Map {
    package let channels: Int
    package let rows: Int
    package let columns: Int
    package let values: [Float]
  }

  init(_ runner: InferenceRunner) {
    guard let program = runner.imported?.program,
      case .map(let hasBackground) = program.recipe.output
    else { preconditionFailure("\(runner.description.name) is no imported segmentation network") }
    (self.runner, self.program, self.hasBackground) = (runner, program, hasBackground)
  }

  /// The probabilities of an image in the network's resolution.
  package func map(of image: Image) throws(EngineError) -> Map {
    let fitted = FittedImage(
      program.recipe.input, imageWidth: image.width, imageHeight: image.height)
    let output = try runner.outputs(of: image.asInput, fitted)[0]
    let (channels, rows, columns) = (output.dims[1], output.dims[2], output.dims[3])
    let count = rows * columns
    var values = output.values
    if channels == 1 {
      if values.contains(where: { $0 < 0 || $0 > 1 }) { values = values.map(Probabilities.sigmoid) }
    } else {
      func pixel(_ index: Int) -> [Float] { (0..<channels).map { values[$0 * count + index] } }
      let isFinal = stride(from: 0, to: count, by: max(count / 64, 1)).allSatisfy {
        pixel($0).areProbabilities
      }
      for index in 0..<(isFinal ? 0 : count) {
        for (channel, value) in pixel(index).softmax.enumerated() {
          values[channel * count + index] = value
        }
      }
    }
    return Map(channels: channels, rows: rows, columns: columns, values: values)
  }

  /// The class of each pixel of a map from its probabilities: 0 for the background, then from 1.
  package func label(_ probabilities: [Float], threshold: Float) -> UInt8 {
    var (best, label) = (hasBackground ? -1 : threshold, 0)
    if probabilities.count > 1, !hasBackground { best = -1 }
    for (channel, value) in probabilities.enumerated() where value > best {
      (best, label) = (value, channel + (hasBackground ? 0 : 1))
    }
    return UInt8(label)
  }

  /// Segments the rows of an image; see ``Segmenter/segment(_:into:)``.
  func segment(
    _ rows: ImageRows, _ options: SegmentationOptions,
    into consume: (SegmentationStrip) throws -> Void
  ) throws -> [String] {
    var bytes: [UInt8] = []
    var format = PixelFormat.rgb8
    while rows.rowsRead < rows.height {
      let strip = try rows.next(Self.stripRows)
      bytes += strip.bytes
      format = strip.format
    }
    let image = Image(width: rows.width, height: rows.height, format: format, bytes: bytes)
    let map = try map(of: image)
    let columns = Self.axis(image.width, map.columns)
    let down = Self.axis(image.height, map.rows)
    let classCount = runner.description.classNames.count
    let skipped = map.channels - classCount
    for first in stride(from: 0, to: image.height, by: Self.stripRows) {
      let range = first..<min(first + Self.stripRows, image.height)
      var classes: [UInt8] = []
      var probabilities: [Float] = []
      for y in range {
        for x in 0..<image.width {
          let values = map.values(columns[x], down[y])
          classes.append(label(values, threshold: options.threshold))
          probabilities += values.dropFirst(skipped)
        }
      }
      let part = Box(
        PixelRegion(x: 0, y: first, width: image.width, height: range.count))
      guard let strip = image.cropped(to: part) else { continue }
      try consume(
        SegmentationStrip(
          firstRow: first, image: strip, classes: classes, probabilities: probabilities,
          displayRange: 0...Double(1 << format.bitDepth - 1)))
    }
    return rows.warnings
  }

  private static let stripRows = 64

  /// For each pixel of a side, its two neighbors in the map and the weight of the second one.
  private static func axis(_ count: Int, _ cells: Int) -> [(low: Int, high: Int, weight: Float)] {
    (0..<count).map { place in
      let position = min(
        max((Double(place) + 0.5) * Double(cells) / Double(count) - 0.5, 0), Double(cells - 1))
      let low = Int(position)
      return (low, min(low + 1, cells - 1), Float(position - Double(low)))
    }
  }
}

extension ImportedSegmenter.Map {
  /// The probabilities of all channels between four cells.
  fileprivate func values(
    _ x: (low: Int, high: Int, weight: Float), _ y: (low: Int, high: Int, weight: Float)
  ) -> [Float] {
    (0..<channels).map { channel in
      let plane = channel * rows * columns
      func row(_ row: Int) -> Float {
        let start = plane + row * columns
        return values[start + x.low] * (1 - x.weight) + values[start + x.high] * x.weight
      }
      return row(y.low) * (1 - y.weight) + row(y.high) * y.weight
    }
  }
}
