import CGlimpseKernels
import Foundation

extension Image {
  /// Fills a part of an 8-bit image with one sample; the part lies inside of the image.
  package mutating func fill(_ region: PixelRegion, with sample: UInt8) {
    precondition(format.bitDepth == 8, "only 8-bit images can be filled")
    let size = format.bytesPerPixel
    for y in region.y..<region.y + region.height {
      let start = (y * width + region.x) * size
      for place in start..<start + region.width * size { bytes[place] = sample }
    }
  }

  /// Fills the pixels of a mask of the same size in an 8-bit image with one sample.
  package mutating func fill(_ mask: RunLengthMask, with sample: UInt8) {
    precondition(
      format.bitDepth == 8 && mask.width == width && mask.height == height,
      "a mask that is filled has the size of its 8-bit image")
    let size = format.bytesPerPixel
    mask.forEachPixel { pixel in
      for byte in pixel * size..<(pixel + 1) * size { bytes[byte] = sample }
    }
  }

  /// Blends another 8-bit image of the same size and format in; of this one, `share` 256ths stay.
  package mutating func blend(_ other: Image, share: Int) {
    precondition(
      width == other.width && height == other.height && format == other.format
        && format.bitDepth == 8, "images that are blended have one size and 8 bits")
    precondition((0...256).contains(share), "a share is 0 to 256, not \(share)")
    let (own, rest) = (UInt16(share), UInt16(256 - share))
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

  /// Takes over the pixels of a mask from an image of the same size and format.
  package mutating func paste(_ other: Image, where mask: RunLengthMask) {
    precondition(
      width == other.width && height == other.height && format == other.format
        && mask.width == width && mask.height == height, "what is pasted has one size")
    let size = format.bytesPerPixel
    mask.forEachPixel { pixel in
      for byte in pixel * size..<(pixel + 1) * size { bytes[byte] = other.bytes[byte] }
    }
  }

  /// The image seen through a Gaussian blur, cut off at three standard deviations; edges are
  /// repeated by weighing what is there.
  ///
  /// - Parameter standardDeviation: in pixels, above 0.
  package func blurred(standardDeviation: Double) -> Image {
    precondition(standardDeviation > 0, "a blur is above 0, not \(standardDeviation)")
    return resampled(
      columns: ResampleAxis(sourceCount: width, standardDeviation: standardDeviation),
      rows: ResampleAxis(sourceCount: height, standardDeviation: standardDeviation))
  }
}

extension ResampleAxis {
  /// Makes the weights of a Gaussian blur along an axis.
  fileprivate init(sourceCount: Int, standardDeviation: Double) {
    let reach = Int((3 * standardDeviation).rounded(.up))
    self.init(sourceCount: sourceCount, count: sourceCount, taps: 2 * reach + 1) {
      position, sample in
      let distance = Double(sample - position) / standardDeviation
      return exp(-distance * distance / 2)
    }
  }
}
