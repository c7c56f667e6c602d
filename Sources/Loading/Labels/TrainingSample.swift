import Basics
import Datasets
import Imaging

/// An image drawn into a network's input, with its labels transformed.
package struct TrainingSample: Hashable, Sendable {
  /// The index of the image's sample; for a mosaic, that of the first tile. It is not the requested
  /// index if that sample cannot be decoded.
  package let sampleIndex: Int
  /// The input before normalization: 8-bit RGB, or in the format of `LoaderConfig.inputFormat`.
  package var image: Image
  /// The class of each pixel, see `ClassMasks`; nil if no masks are configured.
  var mask: Image?
  /// The object of each pixel, 16-bit gray, 0 for none; nil if objects are not distinguished.
  var objects: Image?
  /// The weight of each pixel; nil if all weigh the same.
  var weights: [Float]?
  var labels: AnnotationClipping
  /// The issues of samples that cannot be decoded and were replaced, and warnings of others.
  var issues: [DatasetIssue] = []

  /// The training targets, in pixels of `image`.
  package var annotations: [Annotation] { labels.objects.map(\.annotation) }
  /// Crowd regions, in pixels of `image`: neither targets nor background.
  package var ignoredRegions: [Box] { labels.ignored }

  /// The image for people to look at: 8-bit RGB, in which classes are tinted in their colors and ignored
  /// pixels are gray.
  package var preview: Image {
    var result = image.preview
    guard let mask else { return result }
    for (place, label) in mask.bytes.enumerated() where label != ClassMasks.background {
      let color =
        label == ClassMasks.ignored
        ? Color(red: 128, green: 128, blue: 128) : Color.ofClass(Int(label) - 1)
      for (channel, sample) in [color.red, color.green, color.blue].enumerated() {
        let old = Double(result.bytes[3 * place + channel])
        result.bytes[3 * place + channel] = UInt8(old + (Double(sample) - old) * Self.tint)
      }
    }
    return result
  }

  private static let tint = 0.4

  /// The fractions of the classes in the mask, such as "nucleus 12.5 % of the pixels"; nil without one.
  package func maskCaption(_ classNames: [String]) -> String? {
    guard let mask else { return nil }
    var counts = [Int](repeating: 0, count: 256)
    for label in mask.bytes { counts[Int(label)] += 1 }
    let parts = classNames.enumerated().compactMap { index, name -> String? in
      guard let count = counts.dropFirst(index + 1).first, count > 0 else { return nil }
      let percent = 100 * Double(count) / Double(mask.bytes.count)
      return "\(name) \(NumberFormat.fixed(percent, 1)) %"
    }
    return parts.isEmpty ? "only background" : parts.joined(separator: ", ") + " of the pixels"
  }

  /// Draws on the mask, if there is one.
  mutating func drawMask(_ draw: (inout Image) -> Void) { Self.draw(on: &mask, draw) }

  /// Draws on the plane of objects, if there is one.
  mutating func drawObjects(_ draw: (inout Image) -> Void) { Self.draw(on: &objects, draw) }

  private static func draw(on plane: inout Image?, _ draw: (inout Image) -> Void) {
    guard var image = plane else { return }
    plane = nil  // so that `image` is the only reference and is not copied
    draw(&image)
    plane = image
  }
}
