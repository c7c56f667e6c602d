import Engine
import Imaging

/// The random numbers of one training picture, drawn before any file is opened.
///
/// Nothing here depends on what the pictures hold, so a picture that turns out to be broken can be
/// replaced without moving anything else.
struct AugmentationDraw: Hashable {
  /// A quarter of a mosaic, named by where it lies before mirroring.
  enum Tile: Int, CaseIterable {
    case topLeft, topRight, bottomLeft, bottomRight

    var isLeft: Bool { self == .topLeft || self == .bottomLeft }
    var isTop: Bool { self == .topLeft || self == .topRight }
  }

  /// The samples of the other three tiles, or none for a picture of its own.
  var partners: [Int]
  /// Where the tiles of a mosaic meet, in widths of the input on a canvas two inputs wide.
  var meetingX: Double
  /// Where the tiles of a mosaic meet, in heights of the input on a canvas two inputs high.
  var meetingY: Double
  /// The factor beyond fitting the picture to the input.
  var scale: Double
  /// The shift to the right, in widths of the input.
  var shiftX: Double
  /// The shift downward, in heights of the input.
  var shiftY: Double
  var isFlipped: Bool
  var jitter: ColorJitter

  /// Draws for one picture; partners are indices below `sampleCount`.
  init(
    _ config: AugmentationConfig, sampleCount: Int, using generator: inout SeededGenerator
  ) {
    let isMosaic = generator.uniform() < config.mosaicProbability
    isFlipped = generator.uniform() < config.flipProbability
    scale = Double(generator.uniform(in: config.scale))
    let shift = -config.translation...config.translation
    shiftX = Double(generator.uniform(in: shift))
    shiftY = Double(generator.uniform(in: shift))
    jitter = ColorJitter(
      hueShift: generator.uniform(in: -config.hue...config.hue),
      saturationGain: generator.uniform(in: (1 - config.saturation)...(1 + config.saturation)),
      valueGain: generator.uniform(in: (1 - config.value)...(1 + config.value)))
    meetingX = Double(generator.uniform(in: 0.5...1.5))
    meetingY = Double(generator.uniform(in: 0.5...1.5))
    partners = isMosaic ? (0..<3).map { _ in generator.index(below: sampleCount) } : []
  }

  /// From pixels of a picture of the given size to pixels of the input.
  ///
  /// The picture is fitted into the input as a letterbox would; a tile then lies with its inner
  /// corner where the tiles meet. Scale and shift act about the center, mirroring comes last.
  func transform(
    imageWidth: Int, imageHeight: Int, width: Int, height: Int, tile: Tile?
  ) -> AffineTransform {
    let (inputWidth, inputHeight) = (Double(width), Double(height))
    let (pictureWidth, pictureHeight) = (Double(imageWidth), Double(imageHeight))
    let fit = min(inputWidth / pictureWidth, inputHeight / pictureHeight)
    // The picture's place relative to the center of the canvas, in pixels of the input.
    var left = -pictureWidth * fit / 2
    var top = -pictureHeight * fit / 2
    if let tile {
      left = (meetingX - 1) * inputWidth - (tile.isLeft ? pictureWidth * fit : 0)
      top = (meetingY - 1) * inputHeight - (tile.isTop ? pictureHeight * fit : 0)
    }
    let placed = AffineTransform.scale(fit)
      .concatenating(.translation(x: left, y: top))
      .concatenating(.scale(scale))
      .concatenating(
        .translation(x: (0.5 + shiftX) * inputWidth, y: (0.5 + shiftY) * inputHeight))
    return isFlipped ? placed.concatenating(.horizontalFlip(width: inputWidth)) : placed
  }

  /// The part of the input that a tile may cover; all of it for a picture of its own.
  func region(width: Int, height: Int, tile: Tile?) -> PixelRegion {
    guard let tile else { return PixelRegion(x: 0, y: 0, width: width, height: height) }
    let meeting = (
      x: ((meetingX - 1) * scale + 0.5 + shiftX) * Double(width),
      y: ((meetingY - 1) * scale + 0.5 + shiftY) * Double(height)
    )
    let border = (
      x: Self.border(isFlipped ? Double(width) - meeting.x : meeting.x, limit: width),
      y: Self.border(meeting.y, limit: height)
    )
    let isLeft = tile.isLeft != isFlipped
    return PixelRegion(
      x: isLeft ? 0 : border.x, y: tile.isTop ? 0 : border.y,
      width: isLeft ? border.x : width - border.x,
      height: tile.isTop ? border.y : height - border.y)
  }

  /// The whole pixel at which one tile ends and the next begins.
  private static func border(_ place: Double, limit: Int) -> Int {
    Int(min(max(place.rounded(), 0), Double(limit)))
  }
}

extension SeededGenerator {
  /// A whole number from 0 up to, and without, a limit of at least 1.
  ///
  /// Written out, because the standard library does not promise that its own way of drawing stays
  /// the same; the bias is below limit / 2^64.
  mutating func index(below limit: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(limit)).high)
  }

  /// The numbers 0 ..< count in random order (Fisher and Yates).
  mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, index(below: last + 1))
    }
    return order
  }
}
