import Basics
import Imaging

/// How images are arranged on a canvas, which is measured in inputs from its center.
enum MosaicParameters: Hashable {
  /// One image, fitted into the input.
  case single
  /// Four images, each of the input's size, that meet at a point of a canvas of two by two inputs.
  /// Source: YOLOv4 (Bochkovskiy et al. 2020).
  case four(partners: [Int], meetingX: Double, meetingY: Double)
  /// Three by three images; the center of the middle one is near that of the canvas.
  case nine(partners: [Int], centerX: Double, centerY: Double)

  /// Samples the arrangement of a mosaic.
  init(
    _ config: AugmentationConfig, seed: SampleSeed, using generator: inout SeededGenerator,
    partner: (inout SeededGenerator) -> Int
  ) {
    var nine = seed.generator(.nine)
    if nine.chance(config.mosaic9) {
      self = .nine(
        partners: (0..<8).map { _ in partner(&nine) },
        centerX: nine.around(Self.nineReach), centerY: nine.around(Self.nineReach))
      return
    }
    let meeting = (
      x: Double(generator.uniform(in: 0.5...1.5)), y: Double(generator.uniform(in: 0.5...1.5))
    )
    self = .four(
      partners: (0..<3).map { _ in partner(&generator) }, meetingX: meeting.x, meetingY: meeting.y)
  }

  /// The maximum shift of the middle one of nine each way, in inputs.
  private static let nineReach = 1.0 / 3
  /// The side of one of nine, in inputs.
  private static let nineSide = 2.0 / 3

  /// The samples besides the first, in the order of `cells`.
  var partners: [Int] {
    switch self {
    case .single: []
    case .four(let partners, _, _), .nine(let partners, _, _): partners
    }
  }

  /// A box on the canvas that an image is fitted into.
  struct Cell: Hashable {
    /// In inputs, from the center of the canvas.
    var box: Box
    /// The fraction of the spare room that is left of the image and above it.
    var spareX: Double
    var spareY: Double
  }

  /// The boxes, the first for the image itself.
  var cells: [Cell] {
    switch self {
    case .single:
      return [Cell(box: Self.square(x: 0, y: 0, side: 1), spareX: 0.5, spareY: 0.5)]
    case .four(_, let meetingX, let meetingY):
      let (x, y) = (meetingX - 1, meetingY - 1)
      return [(-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5)].map { dx, dy in
        // Aligned with the point where they meet.
        Cell(
          box: Self.square(x: x + dx, y: y + dy, side: 1), spareX: dx < 0 ? 1 : 0,
          spareY: dy < 0 ? 1 : 0)
      }
    case .nine(_, let x, let y):
      let steps = [
        (0.0, 0.0), (-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1),
      ]
      return steps.map { dx, dy in
        Cell(
          box: Self.square(
            x: x + dx * Self.nineSide, y: y + dy * Self.nineSide, side: Self.nineSide),
          spareX: (1 - dx) / 2, spareY: (1 - dy) / 2)
      }
    }
  }

  private static func square(x: Double, y: Double, side: Double) -> Box {
    Box(x1: x - side / 2, y1: y - side / 2, x2: x + side / 2, y2: y + side / 2)
  }
}

extension MosaicParameters.Cell {
  /// From pixels of a part of an image to pixels of the input, whose center is the origin.
  func transform(showing part: Box, width: Int, height: Int) -> ProjectiveTransform {
    let (inputWidth, inputHeight) = (Double(width), Double(height))
    let fit = min(box.width * inputWidth / part.width, box.height * inputHeight / part.height)
    let left = box.x1 * inputWidth + spareX * (box.width * inputWidth - part.width * fit)
    let top = box.y1 * inputHeight + spareY * (box.height * inputHeight - part.height * fit)
    return .translation(x: -part.x1, y: -part.y1)
      .concatenating(.scale(fit))
      .concatenating(.translation(x: left, y: top))
  }
}
