import Basics
import Imaging

/// The arrangement of images on a canvas. Its unit is the input's size, its origin the center.
struct MosaicParameters: Hashable {
  /// A rectangle on the canvas that an image is fitted into.
  struct Cell: Hashable {
    /// In units of the input's size, from the center of the canvas.
    var box: Box
    /// The fraction of the free space that is left of (X) and above (Y) the image.
    var spareX: Double
    var spareY: Double

    init(x: Double, y: Double, side: Double, spareX: Double, spareY: Double) {
      box = Box(x1: x - side / 2, y1: y - side / 2, x2: x + side / 2, y2: y + side / 2)
      self.spareX = spareX
      self.spareY = spareY
    }
  }

  /// The indices of the samples besides the first, in the order of `cells`.
  let partners: [Int]
  /// The cells; the first is for the sample itself.
  let cells: [Cell]

  /// One image, fitted into the input.
  static let single = MosaicParameters(
    partners: [], cells: [Cell(x: 0, y: 0, side: 1, spareX: 0.5, spareY: 0.5)])

  /// Four images, each of the input's size, that meet at a point of a canvas of 2 x 2 inputs.
  /// Source: YOLOv4 (Bochkovskiy et al. 2020).
  static func four(partners: [Int], meetingX: Double, meetingY: Double) -> MosaicParameters {
    let (x, y) = (meetingX - 1, meetingY - 1)
    let steps = [(-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5)]
    return MosaicParameters(
      partners: partners,
      cells: steps.map { dx, dy in
        // Aligned with the meeting point.
        Cell(x: x + dx, y: y + dy, side: 1, spareX: dx < 0 ? 1 : 0, spareY: dy < 0 ? 1 : 0)
      })
  }

  /// 3 x 3 images; the center of the middle one is near the center of the canvas.
  static func nine(partners: [Int], centerX: Double, centerY: Double) -> MosaicParameters {
    let steps = [
      (0.0, 0.0), (-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1),
    ]
    let side = 2.0 / 3
    return MosaicParameters(
      partners: partners,
      cells: steps.map { dx, dy in
        Cell(
          x: centerX + dx * side, y: centerY + dy * side, side: side, spareX: (1 - dx) / 2,
          spareY: (1 - dy) / 2)
      })
  }
}

extension MosaicParameters {
  /// Samples the arrangement of a mosaic.
  init(
    _ config: AugmentationConfig, seed: SampleSeed, using generator: inout SeededGenerator,
    partner: (inout SeededGenerator) -> Int
  ) {
    var nine = seed.generator(.nine)
    if nine.chance(config.mosaic9) {
      let partners = (0..<8).map { _ in partner(&nine) }
      // The middle image is shifted by up to a third of an input in each direction.
      self = .nine(
        partners: partners, centerX: nine.around(1.0 / 3), centerY: nine.around(1.0 / 3))
    } else {
      let x = Double(generator.uniform(in: 0.5...1.5))
      let y = Double(generator.uniform(in: 0.5...1.5))
      self = .four(
        partners: (0..<3).map { _ in partner(&generator) }, meetingX: x, meetingY: y)
    }
  }
}

extension MosaicParameters.Cell {
  /// From pixels of the original image, of which `part` is shown, to canvas pixels of the input's
  /// scale, with the origin at the center.
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
