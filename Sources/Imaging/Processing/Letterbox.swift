import Basics
import CGlimpseKernels

/// The geometry of an image fitted into a network's input: scaled by one factor, centered, padded
/// with gray. Its inverse maps boxes back to pixels of the original image, whatever the resolution at
/// which the image was decoded.
package struct Letterbox: Hashable, Sendable {
  /// The size of the original image, in pixels.
  package let imageWidth: Int
  package let imageHeight: Int
  /// The size of the network's input, in pixels.
  package let targetWidth: Int
  package let targetHeight: Int
  /// Pixels of the input per pixel of the original image.
  package let scale: Double
  /// The upper left corner of the image in the input, in pixels.
  package let offsetX: Double
  package let offsetY: Double
  /// The size of the image in the input, in pixels, at least 1.
  package let contentWidth: Int
  package let contentHeight: Int

  /// Fits an image into a target; all sizes in pixels, at least 1.
  ///
  /// The image's size is that of the original, to which boxes refer, even where a reduced version is
  /// passed to `fill`.
  package init(imageWidth: Int, imageHeight: Int, targetWidth: Int, targetHeight: Int) {
    precondition(
      imageWidth > 0 && imageHeight > 0 && targetWidth > 0 && targetHeight > 0,
      "\(imageWidth)x\(imageHeight) cannot be fitted into \(targetWidth)x\(targetHeight)")
    self.imageWidth = imageWidth
    self.imageHeight = imageHeight
    self.targetWidth = targetWidth
    self.targetHeight = targetHeight
    scale = min(
      Double(targetWidth) / Double(imageWidth), Double(targetHeight) / Double(imageHeight))
    contentWidth = min(max(Int((Double(imageWidth) * scale).rounded()), 1), targetWidth)
    contentHeight = min(max(Int((Double(imageHeight) * scale).rounded()), 1), targetHeight)
    offsetX = Double((targetWidth - contentWidth) / 2)
    offsetY = Double((targetHeight - contentHeight) / 2)
  }

  /// Fits an image into the input that its shape gives.
  package init(imageWidth: Int, imageHeight: Int, size: InputSize) {
    let target = size.extent(imageWidth: imageWidth, imageHeight: imageHeight)
    self.init(
      imageWidth: imageWidth, imageHeight: imageHeight, targetWidth: target.width,
      targetHeight: target.height)
  }

  /// From pixels of the original image to pixels of the input.
  package var transform: ProjectiveTransform {
    ProjectiveTransform(a: scale, b: 0, tx: offsetX, c: 0, d: scale, ty: offsetY)
  }

  /// A box of the original image, in pixels of the input.
  package func inputBox(_ original: Box) -> Box {
    Box(
      x1: original.x1 * scale + offsetX, y1: original.y1 * scale + offsetY,
      x2: original.x2 * scale + offsetX, y2: original.y2 * scale + offsetY)
  }

  /// A box of the input, in pixels of the original image and clipped to it.
  package func originalBox(_ input: Box) -> Box {
    unclippedBox(input).clipped(toWidth: Double(imageWidth), height: Double(imageHeight))
  }

  /// A box of the input, in pixels of the original image, which it may exceed.
  package func unclippedBox(_ input: Box) -> Box {
    Box(
      x1: (input.x1 - offsetX) / scale, y1: (input.y1 - offsetY) / scale,
      x2: (input.x2 - offsetX) / scale, y2: (input.y2 - offsetY) / scale)
  }

  /// Resamples an image into the input, normalized, in one pass.
  ///
  /// - Parameters:
  ///   - image: 8-bit RGB, of the original size or decoded at another resolution.
  ///   - output: `targetHeight * targetWidth * 3` numbers: rows, pixels, then red, green, blue.
  ///   - normalization: Applied to the samples; the padding is gray 114 before it.
  package func fill(
    _ image: Image, into output: UnsafeMutableBufferPointer<Float>, normalization: Normalization
  ) {
    precondition(image.format == .rgb8, "a letterbox takes 8-bit RGB, not \(image.format)")
    precondition(
      normalization.channels == 3 && normalization.perImage == nil,
      "a letterbox takes a fixed normalization of 3 channels")
    precondition(
      output.count == targetWidth * targetHeight * 3,
      "\(output.count) numbers do not hold \(targetWidth)x\(targetHeight) pixels of 3 channels")
    guard let target = output.baseAddress else { return }
    pad(output, with: normalization)

    let columns = ResampleAxis(
      sourceCount: image.width, count: contentWidth,
      step: Double(image.width) / Double(imageWidth) / scale, filter: .bilinear)
    let rows = ResampleAxis(
      sourceCount: image.height, count: contentHeight,
      step: Double(image.height) / Double(imageHeight) / scale, filter: .bilinear)
    let first = target + (Int(offsetY) * targetWidth + Int(offsetX)) * 3
    columns.withKernelAxis { columns in
      rows.withKernelAxis { rows in
        image.bytes.withUnsafeBufferPointer { source in
          withUnsafeTemporaryAllocation(
            of: Float.self, capacity: image.width * 3 + Int(GK_IMAGE_ROW_SLACK)
          ) { scratch in
            ImageKernels.chosen.resample_rgb_to_float(
              source.baseAddress, Int64(image.width), columns, rows, normalization.fixed.gain,
              normalization.fixed.bias, first, Int64(targetWidth * 3), scratch.baseAddress)
          }
        }
      }
    }
  }

  /// The input before normalization, as 8-bit RGB.
  ///
  /// - Parameter image: 8-bit RGB, of the original size or decoded at another resolution.
  package func image(of image: Image) -> Image {
    let samples = Normalization(
      mean: [0, 0, 0], standardDeviation: [1.0 / 255, 1.0 / 255, 1.0 / 255])
    let values = [Float](unsafeUninitializedCapacity: targetWidth * targetHeight * 3) {
      fill(image, into: $0, normalization: samples)
      $1 = $0.count
    }
    return Image(
      width: targetWidth, height: targetHeight, format: .rgb8,
      bytes: values.map { UInt8(min(max($0.rounded(), 0), 255)) })
  }

  /// Writes the padding around the image.
  private func pad(
    _ output: UnsafeMutableBufferPointer<Float>, with normalization: Normalization
  ) {
    let gray = zip(normalization.fixed.gain, normalization.fixed.bias).map {
      Normalization.padding * $0 + $1
    }
    let (red, green, blue) = (gray[0], gray[1], gray[2])
    func pad(_ pixels: Range<Int>) {
      for pixel in pixels {
        output[pixel * 3] = red
        output[pixel * 3 + 1] = green
        output[pixel * 3 + 2] = blue
      }
    }
    let top = Int(offsetY)
    let left = Int(offsetX)
    pad(0..<top * targetWidth)
    for row in top..<top + contentHeight where contentWidth < targetWidth {
      pad(row * targetWidth..<row * targetWidth + left)
      pad(row * targetWidth + left + contentWidth..<(row + 1) * targetWidth)
    }
    pad((top + contentHeight) * targetWidth..<targetHeight * targetWidth)
  }
}
