import Glimpse

/// Shows a mask on its image: what is not 0 there is colored.
enum MaskTint {
  /// How much of the color there is, and the color: orange, which micrographs and photographs
  /// seldom have.
  private static let share = 0.45
  private static let color = [255.0, 140.0, 0.0]

  /// Reads both; throws `ImagingError` where one of them cannot be read.
  static func image(_ path: String, mask maskPath: String) throws(ImagingError) -> Image {
    var image = try ImageFile.read(path).image
    let mask = try ImageFile.read(maskPath, policy: DecodePolicy(format: .gray8)).image
    for y in 0..<image.height {
      let row = y * mask.height / image.height * mask.width
      for x in 0..<image.width where mask.bytes[row + x * mask.width / image.width] != 0 {
        let pixel = (y * image.width + x) * 3
        for c in 0..<3 {
          image.bytes[pixel + c] = UInt8(
            Double(image.bytes[pixel + c]) * (1 - share) + color[c] * share)
        }
      }
    }
    return image
  }
}
