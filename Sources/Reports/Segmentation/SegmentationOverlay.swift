import Basics
import Evaluation
import Imaging

/// An image of a report beside the same image with its errors and the outlines of both masks.
struct SegmentationOverlay: Sendable {
  /// The colors and their meaning; the raw value is the CSS class.
  enum Mark: String, CaseIterable {
    case groundTruth = "found"
    case predicted
    case falsePositive = "false"
    case falseNegative = "missed"
    case wrongClass = "wrong"

    var legend: String {
      switch self {
      case .groundTruth: "outline of the ground truth"
      case .predicted: "outline of the prediction"
      case .falsePositive: "false positive"
      case .falseNegative: "false negative"
      case .wrongClass: "wrong class"
      }
    }

    /// As in the style sheet.
    var color: Color {
      switch self {
      case .groundTruth: Color(red: 0x58, green: 0xD6, blue: 0x8D)
      case .predicted: Color(red: 0x4D, green: 0x8B, blue: 0xFF)
      case .falsePositive: Color(red: 0xFF, green: 0x5C, blue: 0x6C)
      case .falseNegative: Color(red: 0xFF, green: 0xB0, blue: 0x2E)
      case .wrongClass: Color(red: 0xC5, green: 0x8B, blue: 0xFF)
      }
    }
  }

  let caption: String
  /// Nil if there is no image, or it cannot be encoded.
  let plain: AnnotatedThumbnail?
  let drawn: AnnotatedThumbnail?

  /// The longer side, in pixels.
  private static let longerSide = 520

  init(_ pair: SegmentationEvaluation.Pair, _ scores: SegmentationScores) {
    let (width, height) = (pair.groundTruth.width, pair.groundTruth.height)
    let scale = Double(Self.longerSide) / Double(max(width, height))
    // Small images are enlarged by a whole number, so that pixels stay squares.
    let factor = scale < 1 ? scale : max(1, scale.rounded(.down))
    let size = (
      width: max(1, Int((Double(width) * factor).rounded())),
      height: max(1, Int((Double(height) * factor).rounded()))
    )
    let image = pair.image().map { Self.shown($0, width: size.width, height: size.height) }
    plain = image.flatMap { try? AnnotatedThumbnail(drawn: $0, name: pair.name) }
    var canvas =
      image ?? Image(width: size.width, height: size.height, format: .rgb8, filledWith: 40)
    let planes = (
      Self.resampled(pair.groundTruth, width: size.width, height: size.height),
      Self.resampled(pair.predicted, width: size.width, height: size.height)
    )
    Self.draw(planes.0, planes.1, on: &canvas)
    drawn = try? AnnotatedThumbnail(drawn: canvas, name: pair.name)
    let objects = scores.objects
    caption =
      "Dice \(NumberFormat.fixed(scores.dice, 3)), \(objects.matched[0]) of "
      + "\(Sentence.count(objects.groundTruth, "object")) found, \(objects.predicted) predicted"
  }

  /// An image as 8-bit RGB of a size; the values of 16 bits are stretched to their range.
  private static func shown(_ image: Image, width: Int, height: Int) -> Image {
    var image = image
    if image.format.bitDepth == 16 { image.stretch16() }
    return image.converted(to: .rgb8).resized(
      width: width, height: height, filter: width < image.width ? .area : .bilinear)
  }

  /// A class plane of another size: the value of the nearest pixel.
  private static func resampled(_ plane: Image, width: Int, height: Int) -> Image {
    var result = Image(width: width, height: height, format: .gray8)
    let columns = (0..<width).map { ($0 * 2 + 1) * plane.width / (2 * width) }
    for y in 0..<height {
      let row = (y * 2 + 1) * plane.height / (2 * height) * plane.width
      for x in 0..<width { result.bytes[y * width + x] = plane.bytes[row + columns[x]] }
    }
    return result
  }

  /// Tints the errors, then draws the edges between values, two pixels wide.
  private static func draw(_ truth: Image, _ found: Image, on canvas: inout Image) {
    let (width, height) = (canvas.width, canvas.height)
    for place in truth.bytes.indices {
      let (own, other) = (truth.bytes[place], found.bytes[place])
      if own == 255 {
        canvas.blend(Color(red: 128, green: 128, blue: 128), 0.6, at: place)
      } else if own != other, other != 255 || own != 0 {
        let mark: Mark =
          own == 0 ? .falsePositive : other == 0 || other == 255 ? .falseNegative : .wrongClass
        canvas.blend(mark.color, 0.45, at: place)
      }
    }
    for (plane, mark) in [(truth, Mark.groundTruth), (found, .predicted)] {
      for y in 0..<height {
        for x in 0..<width {
          guard isEdge(plane, x, y) else { continue }
          // Where both outlines lie on one another, the pixels alternate between them.
          if mark == .groundTruth || (x + y) % 6 < 3 || !isEdge(truth, x, y) {
            canvas.blend(mark.color, 1, at: y * width + x)
          }
        }
      }
    }
  }

  /// Whether a 4-neighbor of a pixel has another value.
  private static func isEdge(_ plane: Image, _ x: Int, _ y: Int) -> Bool {
    let (place, width) = (y * plane.width + x, plane.width)
    let value = plane.bytes[place]
    return (x > 0 && plane.bytes[place - 1] != value)
      || (x + 1 < width && plane.bytes[place + 1] != value)
      || (y > 0 && plane.bytes[place - width] != value)
      || (y + 1 < plane.height && plane.bytes[place + width] != value)
  }
}

extension Image {
  /// Mixes a color into a pixel of an RGB image.
  fileprivate mutating func blend(_ color: Color, _ part: Double, at pixel: Int) {
    for (channel, sample) in [color.red, color.green, color.blue].enumerated() {
      let own = Double(bytes[pixel * 3 + channel])
      bytes[pixel * 3 + channel] = UInt8((own + (Double(sample) - own) * part).rounded())
    }
  }

  /// Stretches the samples of an image of 16 bits to the whole range: many cameras use fewer bits.
  fileprivate mutating func stretch16() {
    bytes.withUnsafeMutableBytes { bytes in
      let samples = bytes.bindMemory(to: UInt16.self)
      guard let low = samples.min(), let high = samples.max(), low < high else { return }
      let scale = 65535 / Double(high - low)
      for place in samples.indices {
        samples[place] = UInt16((Double(samples[place] - low) * scale).rounded())
      }
    }
  }
}
