import Imaging

/// How images share a canvas, which is measured in inputs from its center.
enum MosaicParameters: Hashable {
  /// One image, fitted into the input.
  case single
  /// Four images, each of the input's size, that meet at a place on a canvas of two by two inputs.
  /// Source: YOLOv4 (Bochkovskiy et al. 2020).
  case four(partners: [Int], meetingX: Double, meetingY: Double)
  /// Nine images around one whose center lies a little off the canvas's.
  case nine(partners: [Int], centerX: Double, centerY: Double)

  /// The farthest that the middle one of nine moves each way, in inputs.
  static let nineReach = 1.0 / 3
  /// The side of one of nine, in inputs.
  private static let nineSide = 2.0 / 3

  /// The samples besides the first, in the order of `cells`.
  var partners: [Int] {
    switch self {
    case .single: []
    case .four(let partners, _, _), .nine(let partners, _, _): partners
    }
  }

  /// A place for an image: it is fitted into a box, against the sides that it is drawn to.
  struct Cell: Hashable {
    /// In inputs, from the center of the canvas.
    var box: Box
    /// Where spare room goes: 0 leaves it right or below, 1 left or above, 1/2 both.
    var spareX: Double
    var spareY: Double
  }

  /// The places, the first for the image itself.
  var cells: [Cell] {
    switch self {
    case .single:
      return [Cell(box: Self.square(x: 0, y: 0, side: 1), spareX: 0.5, spareY: 0.5)]
    case .four(_, let meetingX, let meetingY):
      let (x, y) = (meetingX - 1, meetingY - 1)
      return [(-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5)].map { dx, dy in
        // Towards where they meet.
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
  func transform(showing part: Box, width: Int, height: Int) -> AffineTransform {
    let (inputWidth, inputHeight) = (Double(width), Double(height))
    let fit = min(box.width * inputWidth / part.width, box.height * inputHeight / part.height)
    let left = box.x1 * inputWidth + spareX * (box.width * inputWidth - part.width * fit)
    let top = box.y1 * inputHeight + spareY * (box.height * inputHeight - part.height * fit)
    return AffineTransform.translation(x: -part.x1, y: -part.y1)
      .concatenating(.scale(fit))
      .concatenating(.translation(x: left, y: top))
  }
}
