import Basics

@testable import Imaging

/// Plain references that the tests compare with, and images to compare on.
enum Reference {
  /// An image of noise.
  static func noise(width: Int, height: Int, channels: Int = 3, seed: UInt64 = 1) -> Image {
    var random = SeededGenerator(seed: seed)
    let bytes = (0..<width * height * channels).map { _ in UInt8.random(in: 0...255, using: &random)
    }
    return Image(
      width: width, height: height, format: PixelFormat(channels: channels), bytes: bytes)
  }

  /// The values of pixels, row by row, from a function of column and row.
  static func pixels<Value>(
    width: Int, height: Int, _ pixel: (_ x: Int, _ y: Int) -> [Value]
  ) -> [Value] {
    var values: [Value] = []
    for y in 0..<height {
      for x in 0..<width { values += pixel(x, y) }
    }
    return values
  }

  /// The weights of all samples of an axis for one position, straight from the filters' definitions.
  static func weights(
    sourceCount: Int, center: Double, step: Double, filter: ResizeFilter
  ) -> [Double] {
    let raw = (0..<sourceCount).map { sample in
      switch filter {
      case .bilinear:
        return max(0, 1 - abs(Double(sample) + 0.5 - center) / max(1, step))
      case .linear:
        // Positions beyond the outermost centers repeat the edge.
        let inside = min(max(center, 0.5), Double(sourceCount) - 0.5)
        return max(0, 1 - abs(Double(sample) + 0.5 - inside))
      case .area:
        let low = max(Double(sample), center - step / 2)
        return max(0, min(Double(sample + 1), center + step / 2) - low)
      }
    }
    let sum = raw.reduce(0, +)
    return raw.map { $0 / sum }
  }

  /// A sum over every sample of the source, in double precision: the resampled sample at
  /// (centerX, centerY) of the source.
  static func resample(
    _ image: Image, channel: Int, centerX: Double, centerY: Double, stepX: Double, stepY: Double,
    filter: ResizeFilter
  ) -> Double {
    let wx = weights(sourceCount: image.width, center: centerX, step: stepX, filter: filter)
    let wy = weights(sourceCount: image.height, center: centerY, step: stepY, filter: filter)
    let channels = image.format.channels
    let hasAlpha = channels % 2 == 0
    var sum = 0.0
    var alphas = 0.0
    for y in 0..<image.height where wy[y] > 0 {
      for x in 0..<image.width where wx[x] > 0 {
        let pixel = (y * image.width + x) * channels
        let isColor = hasAlpha && channel < channels - 1
        let alpha = isColor ? Double(image.bytes[pixel + channels - 1]) : 1
        sum += wx[x] * wy[y] * alpha * Double(image.bytes[pixel + channel])
        alphas += wx[x] * wy[y] * alpha
      }
    }
    return alphas > 0 ? sum / alphas : 0
  }
}
