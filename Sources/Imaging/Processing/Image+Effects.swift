import CGlimpseKernels
import Foundation

extension Image {
  /// Fills a region of an 8-bit image with one sample value; the region lies inside the image.
  package mutating func fill(_ region: PixelRegion, with sample: UInt8) {
    precondition(format.bitDepth == 8, "only 8-bit images can be filled")
    let size = format.bytesPerPixel
    for y in region.y..<region.y + region.height {
      let start = (y * width + region.x) * size
      for place in start..<start + region.width * size { bytes[place] = sample }
    }
  }

  /// Fills the pixels of a mask of the same size in an 8-bit image with one sample value.
  package mutating func fill(_ mask: RunLengthMask, with sample: UInt8) {
    precondition(
      format.bitDepth == 8 && mask.width == width && mask.height == height,
      "a mask that is filled has the size of its 8-bit image")
    let size = format.bytesPerPixel
    mask.forEachPixel { pixel in
      for byte in pixel * size..<(pixel + 1) * size { bytes[byte] = sample }
    }
  }

  /// Blends in another 8-bit image of the same size and format; `weight` is that of this image, in
  /// units of 1/256.
  package mutating func blend(_ other: Image, weight: Int) {
    precondition(
      width == other.width && height == other.height && format == other.format
        && format.bitDepth == 8, "images that are blended have one size and 8 bits")
    precondition((0...256).contains(weight), "a weight is 0 to 256, not \(weight)")
    let (own, rest) = (UInt16(weight), UInt16(256 - weight))
    other.bytes.withUnsafeBufferPointer { other in
      bytes.withUnsafeMutableBufferPointer { bytes in
        for place in bytes.indices {
          // At most 255 * 256 + 128.
          let sum = UInt16(bytes[place]) &* own &+ UInt16(other[place]) &* rest &+ 128
          bytes[place] = UInt8(truncatingIfNeeded: sum >> 8)
        }
      }
    }
  }

  /// Copies the pixels inside a mask from an image of the same size and format.
  package mutating func paste(_ other: Image, where mask: RunLengthMask) {
    precondition(
      width == other.width && height == other.height && format == other.format
        && mask.width == width && mask.height == height,
      "images and masks that are pasted have one size")
    let size = format.bytesPerPixel
    mask.forEachPixel { pixel in
      for byte in pixel * size..<(pixel + 1) * size { bytes[byte] = other.bytes[byte] }
    }
  }

  /// The image with a Gaussian blur, truncated at three standard deviations and renormalized at the
  /// edges.
  ///
  /// - Parameter standardDeviation: In pixels, above 0.
  package func blurred(standardDeviation: Double) -> Image {
    precondition(standardDeviation > 0, "a blur is above 0, not \(standardDeviation)")
    return resampled(
      columns: ResampleAxis(sourceCount: width, standardDeviation: standardDeviation),
      rows: ResampleAxis(sourceCount: height, standardDeviation: standardDeviation))
  }
}

extension ResampleAxis {
  /// The weights of a Gaussian blur along an axis.
  fileprivate init(sourceCount: Int, standardDeviation: Double) {
    let reach = (3 * standardDeviation).rounded(.up) + 0.5
    self.init(sourceCount: sourceCount, count: sourceCount, step: 1, reach: reach) {
      let distance = ($0 + 0.5 - $1) / standardDeviation
      return exp(-distance * distance / 2)
    }
  }
}
