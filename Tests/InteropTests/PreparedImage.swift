import Foundation
import Imaging

/// Images as the networks of ../shared/imports take them, computed as recipes.py there does: in
/// double precision, rounded to 8 bits after resizing.
struct PreparedImage {
  var width: Int
  var height: Int
  /// Red, green and blue of each pixel.
  var pixels: [UInt8]

  init(path: String) throws {
    let image = try ImageFile.read(path).image.in8Bits.converted(to: .rgb8)
    (width, height, pixels) = (image.width, image.height, image.bytes)
  }

  private init(width: Int, height: Int, pixels: [UInt8]) {
    (self.width, self.height, self.pixels) = (width, height, pixels)
  }

  /// Bilinear with half-pixel centers and without antialiasing, rounded half up.
  func resized(_ width: Int, _ height: Int) -> PreparedImage {
    if (width, height) == (self.width, self.height) { return self }
    func axis(_ size: Int, _ source: Int) -> [(low: Int, high: Int, weight: Double)] {
      (0..<size).map { index in
        let ratio = Double(source) / Double(size)
        let position = min(max((Double(index) + 0.5) * ratio - 0.5, 0), Double(source - 1))
        let low = Int(position)
        return (low, min(low + 1, source - 1), position - Double(low))
      }
    }
    let (columns, rows) = (axis(width, self.width), axis(height, self.height))
    var result = [UInt8](repeating: 0, count: width * height * 3)
    for (y, row) in rows.enumerated() {
      for (x, column) in columns.enumerated() {
        for channel in 0..<3 {
          func sample(_ y: Int, _ x: Int) -> Double {
            Double(pixels[(y * self.width + x) * 3 + channel])
          }
          let top =
            sample(row.low, column.low) * (1 - column.weight)
            + sample(row.low, column.high) * column.weight
          let bottom =
            sample(row.high, column.low) * (1 - column.weight)
            + sample(row.high, column.high) * column.weight
          let value = top * (1 - row.weight) + bottom * row.weight
          result[(y * width + x) * 3 + channel] = UInt8((value + 0.5).rounded(.down))
        }
      }
    }
    return PreparedImage(width: width, height: height, pixels: result)
  }

  /// Placed on a canvas of one gray.
  func placed(_ width: Int, _ height: Int, x: Int = 0, y: Int = 0, fill: UInt8) -> PreparedImage {
    var result = [UInt8](repeating: fill, count: width * height * 3)
    for row in 0..<self.height {
      for index in 0..<self.width * 3 {
        result[((y + row) * width + x) * 3 + index] = pixels[row * self.width * 3 + index]
      }
    }
    return PreparedImage(width: width, height: height, pixels: result)
  }

  func letterboxed(_ side: Int, fill: UInt8, isCentered: Bool) -> PreparedImage {
    let ratio = min(Double(side) / Double(width), Double(side) / Double(height))
    let (w, h) = (Int(Double(width) * ratio), Int(Double(height) * ratio))
    return resized(w, h).placed(
      side, side, x: isCentered ? (side - w) / 2 : 0, y: isCentered ? (side - h) / 2 : 0,
      fill: fill)
  }

  /// The values of `channels` (0 for red), plane by plane.
  func planes(_ channels: [Int], _ normalize: (Float, Int) -> Float = { value, _ in value })
    -> [Float]
  {
    channels.enumerated().flatMap { plane, channel in
      (0..<width * height).map { normalize(Float(pixels[$0 * 3 + channel]), plane) }
    }
  }
}

/// The folder of other people's networks beside the package: ../shared/imports.
enum Imports {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../shared/imports").standardizedFileURL.path

  static let areAbsent = !FileManager.default.fileExists(atPath: folder + "/references")
  static var photos: String { folder + "/../data/photos" }
}
