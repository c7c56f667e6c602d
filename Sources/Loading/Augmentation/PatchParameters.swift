import Basics
import Datasets
import Imaging

/// A random window of an image at its own scale, as large as the input.
struct PatchParameters: Hashable {
  /// The point of the image, in its pixels, that lies in the center of the input.
  var centerX: Double
  var centerY: Double

  /// Samples a window. With a probability it is placed around a pixel of a class of the mask, each class
  /// being as likely (as in nnU-Net); it stays within the image where the image is larger, and shows all
  /// of it where it is smaller.
  ///
  /// - Parameters:
  ///   - scale: The scale of the image in the input.
  ///   - width: The width of the input, in pixels.
  ///   - height: The height of the input, in pixels.
  init(
    _ sample: Sample, _ foreground: ForegroundPixels?, _ config: AugmentationConfig,
    seed: SampleSeed, scale: Double, width: Int, height: Int
  ) {
    var generator = seed.generator(.patch)
    let isPlaced = generator.chance(config.patchForeground)
    let (x, y) = (Double(generator.uniform()), Double(generator.uniform()))
    let size = (width: Double(width) / scale, height: Double(height) / scale)
    let image = (width: Double(sample.imageWidth), height: Double(sample.imageHeight))
    func center(_ fraction: Double, _ image: Double, _ size: Double) -> Double {
      let (a, b) = (size / 2, image - size / 2)
      return a + fraction * (b - a)
    }
    (centerX, centerY) = (
      center(x, image.width, size.width), center(y, image.height, size.height)
    )
    defer {
      // Windows begin at whole pixels: an image that is not scaled is not resampled.
      centerX = (centerX - size.width / 2).rounded() + size.width / 2
      centerY = (centerY - size.height / 2).rounded() + size.height / 2
    }
    guard isPlaced, let pixel = foreground?.pixel(using: &generator) else { return }
    // The pixel lies in the middle half of the window.
    func moved(_ place: Double, _ fraction: Double, _ image: Double, _ size: Double) -> Double {
      let target = place * image + (fraction - 0.5) * size / 2
      return min(max(target, min(size / 2, image - size / 2)), max(size / 2, image - size / 2))
    }
    centerX = moved(pixel.x, x, image.width, size.width)
    centerY = moved(pixel.y, y, image.height, size.height)
  }
}

/// Some pixels of each class of a mask.
struct ForegroundPixels: Hashable {
  private let width: Int
  private let height: Int
  /// For each class that occurs, the indices of up to `most` of its pixels, evenly spread.
  private let places: [[Int]]

  private static let most = 1024

  /// - Parameter mask: 8-bit gray, the values of `ClassMasks`.
  init(_ mask: Image) {
    (width, height) = (mask.width, mask.height)
    var counts = [Int](repeating: 0, count: 256)
    for value in mask.bytes { counts[Int(value)] += 1 }
    (counts[Int(ClassMasks.background)], counts[Int(ClassMasks.ignored)]) = (0, 0)
    var found = [[Int]](repeating: [], count: 256)
    var seen = [Int](repeating: 0, count: 256)
    let steps = counts.map { max(1, ($0 + Self.most - 1) / Self.most) }
    for (place, value) in mask.bytes.enumerated() where counts[Int(value)] > 0 {
      if seen[Int(value)] % steps[Int(value)] == 0 { found[Int(value)].append(place) }
      seen[Int(value)] += 1
    }
    places = found.filter { !$0.isEmpty }
  }

  /// The center of a random pixel of a random class, as fractions of the width and height; nil without
  /// any.
  func pixel(using generator: inout SeededGenerator) -> (x: Double, y: Double)? {
    guard !places.isEmpty else { return nil }
    let own = places[generator.index(below: places.count)]
    let place = own[generator.index(below: own.count)]
    return (
      (Double(place % width) + 0.5) / Double(width), (Double(place / width) + 0.5) / Double(height)
    )
  }
}
