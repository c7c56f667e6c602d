/// An image or a mask drawn into another through a projective transform and an elastic deformation.
///
/// In contrast to `Warp`, it takes 1 to 4 channels of 8 or 16 bits, displaces pixels, and may mirror
/// the image at its edges. Bilinear sampling; where the transform shrinks by 1.5 or more, several
/// samples are averaged.
package struct ElasticWarp: Hashable, Sendable {
  /// From pixels of the source to pixels of the target.
  package var transform: ProjectiveTransform
  /// The visible part of the source, in its pixels; nil for all of it.
  package var window: Box?
  /// The displacement of the target's pixels: a pixel shows what lies there before the deformation. It
  /// is as large as the target.
  package var displacement: DisplacementField?
  /// Whether the visible part is mirrored at its edges; if not, pixels beyond keep their values.
  package var isMirrored = false
  /// Applied to the image.
  package var colors = ColorChange.none

  package init(
    transform: ProjectiveTransform, window: Box? = nil, displacement: DisplacementField? = nil,
    isMirrored: Bool = false, colors: ColorChange = .none
  ) {
    self.transform = transform
    self.window = window
    self.displacement = displacement
    self.isMirrored = isMirrored
    self.colors = colors
  }

  /// Draws an image into a region of a target of the same format, clipped to the target.
  package func draw(_ image: Image, into target: inout Image, region: PixelRegion? = nil) {
    precondition(
      image.format == target.format,
      "an image of \(image.format) cannot be drawn into one of \(target.format)")
    if image.format.bitDepth == 8 {
      draw(image, into: &target, region, samples: UInt8.self)
    } else {
      draw(image, into: &target, region, samples: UInt16.self)
    }
  }

  /// Draws a mask of class or object numbers, 8 or 16-bit gray, by nearest-neighbor sampling. Pixels
  /// outside of the visible part keep their values, also where the image is mirrored.
  package func drawNumbers(_ numbers: Image, into target: inout Image, region: PixelRegion? = nil) {
    precondition(
      numbers.format == target.format && numbers.format.channels == 1,
      "numbers are gray, not \(numbers.format) into \(target.format)")
    let size = numbers.format.bytesPerPixel
    let shown = shown(of: numbers)
    let (width, targetWidth) = (numbers.width, target.width)
    numbers.bytes.withUnsafeBytes { source in
      target.bytes.withUnsafeMutableBytes { bytes in
        forEachPixel(in: region, width: targetWidth, height: target.height) { x, y, place, _ in
          guard let place, place.x >= shown.x1, place.x < shown.x2, place.y >= shown.y1,
            place.y < shown.y2
          else { return }
          let from = (Int(place.y) * width + Int(place.x)) * size
          let to = (y * targetWidth + x) * size
          for byte in 0..<size { bytes[to + byte] = source[from + byte] }
        }
      }
    }
  }

  private func shown(of image: Image) -> Box {
    let whole = Box(x1: 0, y1: 0, x2: Double(image.width), y2: Double(image.height))
    return window?.intersection(whole) ?? whole
  }

  /// Visits the pixels of a region with the place in the source that each shows; nil behind the camera.
  @inline(__always)
  private func forEachPixel(
    in region: PixelRegion?, width: Int, height: Int,
    _ visit: (_ x: Int, _ y: Int, _ place: (x: Double, y: Double)?, _ inverse: ProjectiveTransform)
      -> Void
  ) {
    precondition(transform.isFinite, "the transform of a warp is not finite: \(transform)")
    if let displacement {
      precondition(
        displacement.width == width && displacement.height == height,
        "a displacement of \(displacement.width)x\(displacement.height) pixels does not fit")
    }
    let canvas = PixelRegion(x: 0, y: 0, width: width, height: height)
    let region = (region ?? canvas).intersection(canvas)
    // A singular transform leaves nothing visible.
    guard let inverse = transform.inverse else { return }
    for y in region.y..<region.y + region.height {
      for x in region.x..<region.x + region.width {
        var (column, row) = (Double(x) + 0.5, Double(y) + 0.5)
        if let displacement {
          column += Double(displacement.x[y * width + x])
          row += Double(displacement.y[y * width + x])
        }
        visit(x, y, inverse.apply(x: column, y: row), inverse)
      }
    }
  }

  @inline(__always)
  private func draw<Sample: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ image: Image, into target: inout Image, _ region: PixelRegion?, samples: Sample.Type
  ) {
    let shown = shown(of: image)
    guard shown.area > 0 else { return }
    let (format, channels) = (image.format, image.format.channels)
    let (units, change) = (UnitSamples(format), UnitColorChange(colors, format))
    let (width, height, targetWidth) = (image.width, image.height, target.width)
    let step = sampleSteps(at: region, width: target.width, height: target.height)
    image.bytes.withUnsafeBytes { bytes in
      let source = bytes.bindMemory(to: Sample.self)
      target.bytes.withUnsafeMutableBytes { bytes in
        let result = bytes.bindMemory(to: Sample.self)
        forEachPixel(in: region, width: targetWidth, height: target.height) { x, y, place, _ in
          guard var place, abs(place.x) < Self.farthest, abs(place.y) < Self.farthest else {
            return
          }
          if isMirrored {
            place = (
              Self.mirrored(place.x, shown.x1, shown.x2), Self.mirrored(place.y, shown.y1, shown.y2)
            )
          } else if place.x < shown.x1 || place.x >= shown.x2 || place.y < shown.y1
            || place.y >= shown.y2
          {
            return
          }
          var pixel = SIMD4<Float>()
          for dy in 0..<step.y.count {
            for dx in 0..<step.x.count {
              // Within half a target pixel of its center.
              let column = place.x + step.x.first + Double(dx) * step.x.distance - 0.5
              let row = place.y + step.y.first + Double(dy) * step.y.distance - 0.5
              let (left, top) = (column.rounded(.down), row.rounded(.down))
              let (fx, fy) = (Float(column - left), Float(row - top))
              let x0 = min(max(Int(left), 0), width - 1)
              let x1 = min(max(Int(left) + 1, 0), width - 1)
              let y0 = min(max(Int(top), 0), height - 1) * width
              let y1 = min(max(Int(top) + 1, 0), height - 1) * width
              for channel in 0..<channels {
                let above =
                  Float(source[(y0 + x0) * channels + channel]) * (1 - fx)
                  + Float(source[(y0 + x1) * channels + channel]) * fx
                let below =
                  Float(source[(y1 + x0) * channels + channel]) * (1 - fx)
                  + Float(source[(y1 + x1) * channels + channel]) * fx
                pixel[channel] += above * (1 - fy) + below * fy
              }
            }
          }
          let first = (y * targetWidth + x) * channels
          let count = Float(step.x.count * step.y.count)
          if change.isNone {
            for channel in 0..<channels {
              result[first + channel] = Sample(
                truncatingIfNeeded: Int(pixel[channel] / count + 0.5))
            }
            return
          }
          for channel in 0..<channels { pixel[channel] = units.value(pixel[channel] / count) }
          change.apply(&pixel)
          for channel in 0..<channels {
            result[first + channel] = units.sample(pixel[channel], Sample.self)
          }
        }
      }
    }
  }

  /// The samples that are averaged for a target pixel along an axis of the source.
  private struct Steps {
    var count = 1
    /// The distance between samples, in pixels of the source.
    var distance = 0.0
    /// The position of the first one relative to the center.
    var first: Double { -distance * Double(count - 1) / 2 }

    init(_ step: Double) {
      count = min(max(Int(step.rounded()), 1), 16)
      if count > 1 { distance = step / Double(count) }
    }
  }

  private func sampleSteps(
    at region: PixelRegion?, width: Int, height: Int
  ) -> (x: Steps, y: Steps) {
    guard let inverse = transform.inverse else { return (Steps(1), Steps(1)) }
    let region = region ?? PixelRegion(x: 0, y: 0, width: width, height: height)
    let steps = WarpSource.steps(
      inverse, x: Double(region.x) + Double(region.width) / 2,
      y: Double(region.y) + Double(region.height) / 2)
    return (Steps(steps.x), Steps(steps.y))
  }

  /// Places further away, in pixels of the source, are not mirrored.
  private static let farthest = 1e9

  /// The place within a range that a place beyond it mirrors.
  private static func mirrored(_ place: Double, _ low: Double, _ high: Double) -> Double {
    if place >= low, place < high { return place }
    let length = high - low
    var t = (place - low).truncatingRemainder(dividingBy: 2 * length)
    if t < 0 { t += 2 * length }
    if t >= length { t = 2 * length - t }
    return min(low + t, high - 1e-6)
  }
}
