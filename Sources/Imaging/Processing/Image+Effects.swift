import Basics
import CGlimpseKernels
import Foundation

extension Image {
  /// Fills a region with one value of all bytes; the region lies inside the image.
  package mutating func fill(_ region: PixelRegion, with sample: UInt8) {
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

  /// Blends in another image of the same size and format; `weight` is that of this image, in units of
  /// 1/256.
  package mutating func blend(_ other: Image, weight: Int) {
    precondition(
      width == other.width && height == other.height && format == other.format,
      "images that are blended have one size and format")
    precondition((0...256).contains(weight), "a weight is 0 to 256, not \(weight)")
    guard format.bitDepth == 8 else {
      other.bytes.withUnsafeBytes { other in
        bytes.withUnsafeMutableBytes { bytes in
          let (others, samples) = (
            other.bindMemory(to: UInt16.self), bytes.bindMemory(to: UInt16.self)
          )
          for place in samples.indices {
            let sum = Int(samples[place]) * weight + Int(others[place]) * (256 - weight) + 128
            samples[place] = UInt16(sum >> 8)
          }
        }
      }
      return
    }
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
    let columns = ResampleAxis(sourceCount: width, standardDeviation: standardDeviation)
    let rows = ResampleAxis(sourceCount: height, standardDeviation: standardDeviation)
    return format.bitDepth == 8
      ? resampled(columns: columns, rows: rows) : resampled16(columns: columns, rows: rows)
  }

  /// Adds Gaussian noise to each sample, alpha among them.
  ///
  /// - Parameter standardDeviation: As a fraction of white, or in units of normalized samples.
  package mutating func addNoise(
    standardDeviation: Float, using generator: inout SeededGenerator
  ) {
    let units = UnitSamples(format)
    func noisy<Sample: FixedWidthInteger & UnsignedInteger>(
      _ samples: UnsafeMutableBufferPointer<Sample>
    ) {
      for place in samples.indices {
        let value = units.value(Float(samples[place])) + standardDeviation * generator.normal()
        samples[place] = units.sample(value, Sample.self)
      }
    }
    bytes.withUnsafeMutableBytes { bytes in
      if format.bitDepth == 8 {
        noisy(bytes.bindMemory(to: UInt8.self))
      } else {
        noisy(bytes.bindMemory(to: UInt16.self))
      }
    }
  }

  /// The image of 16 bits resampled along both axes.
  private func resampled16(columns: ResampleAxis, rows: ResampleAxis) -> Image {
    let channels = format.channels
    // All rows of the source, with the new columns.
    var lines = [Float](repeating: 0, count: height * columns.count * channels)
    var result = Image(width: columns.count, height: rows.count, format: format)
    bytes.withUnsafeBytes { source in
      let samples = source.bindMemory(to: UInt16.self)
      for y in 0..<height {
        for x in 0..<columns.count {
          let first = (y * width + Int(columns.starts[x])) * channels
          for channel in 0..<channels {
            var sum: Float = 0
            for tap in 0..<columns.taps {
              sum +=
                columns.weights[x * columns.taps + tap]
                * Float(samples[first + tap * channels + channel])
            }
            lines[(y * columns.count + x) * channels + channel] = sum
          }
        }
      }
    }
    let stride = columns.count * channels
    result.bytes.withUnsafeMutableBytes { bytes in
      let samples = bytes.bindMemory(to: UInt16.self)
      for y in 0..<rows.count {
        for place in 0..<stride {
          var sum: Float = 0
          for tap in 0..<rows.taps {
            sum +=
              rows.weights[y * rows.taps + tap]
              * lines[(Int(rows.starts[y]) + tap) * stride + place]
          }
          samples[y * stride + place] = UInt16(min(max(sum + 0.5, 0), 65535))
        }
      }
    }
    return result
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
