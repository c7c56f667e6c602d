import Imaging

/// An image with its class map drawn on it, written row by row: classes are tinted in their colors and
/// outlined.
struct OverlayFile {
  private let writer: PNGRowWriter
  private let width: Int
  private let colors: [Color]
  /// The classes of the row above, of which the first row has none.
  private var above: [UInt8]?

  /// The part of the class color inside of an object.
  private static let tint = 0.35

  init(_ path: String, width: Int, height: Int, classCount: Int) throws(ImagingError) {
    writer = try PNGRowWriter(path, width: width, height: height, format: .rgb8)
    self.width = width
    colors = [.black] + (0..<classCount).map(Color.ofClass)
  }

  mutating func append(_ strip: SegmentationStrip) throws(ImagingError) {
    var pixels = strip.image.forDisplay(strip.displayRange).bytes
    for row in 0..<strip.rowCount {
      let start = row * width
      let classes = Array(strip.classes[start..<start + width])
      for x in 0..<width {
        let (left, up) = (x > 0 ? classes[x - 1] : classes[x], above?[x] ?? classes[x])
        let isEdge = left != classes[x] || up != classes[x]
        let label = isEdge ? max(classes[x], left, up) : classes[x]
        if label == 0 { continue }
        let color = colors[Int(label)]
        let part = isEdge ? 1 : Self.tint
        for (channel, sample) in [color.red, color.green, color.blue].enumerated() {
          let place = (start + x) * 3 + channel
          let old = Double(pixels[place])
          pixels[place] = UInt8((old + (Double(sample) - old) * part).rounded())
        }
      }
      above = classes
    }
    try writer.append(pixels)
  }

  func commit() throws(ImagingError) { try writer.commit() }
}

extension Image {
  /// The image as 8-bit RGB; samples of 16 bits are scaled so that a range becomes 0...255.
  func forDisplay(_ range: ClosedRange<Double>) -> Image {
    guard format.bitDepth == 16 else { return converted(to: .rgb8) }
    let scale = 255 / max(range.upperBound - range.lowerBound, 1)
    var result = Image(
      width: width, height: height, format: PixelFormat(channels: format.channels))
    bytes.withUnsafeBytes { bytes in
      let samples = bytes.bindMemory(to: UInt16.self)
      for (place, sample) in samples.enumerated() {
        let value = (Double(sample) - range.lowerBound) * scale
        result.bytes[place] = UInt8(min(max(value, 0), 255).rounded())
      }
    }
    return result.converted(to: .rgb8)
  }
}
