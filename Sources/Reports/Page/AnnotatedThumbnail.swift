import Basics
import Foundation
import Imaging

/// A JPEG thumbnail of an image, with boxes drawn over it in SVG.
public struct AnnotatedThumbnail: Sendable {
  /// A box in pixels of the original image.
  struct Mark: Sendable {
    /// The CSS class, which gives it a color.
    let style: String
    var isDashed = false
    let box: Box
    /// Empty for no label.
    let label: String
    /// Boxes of a higher weight are labeled and kept first.
    let weight: Double
  }

  let name: String
  package let width: Int
  package let height: Int
  let jpeg: [UInt8]
  /// What is written below it instead of the number of marks.
  private(set) var caption: String?
  /// At most `mostMarks`, those of the highest weight.
  private(set) var marks: [Mark]

  /// The longer side of the thumbnail in pixels.
  static let longerSide = 360
  static let mostMarks = 300

  init(path: String, marks: [Mark]) throws(ImagingError) {
    let decoded = try ImageFile.read(
      path,
      policy: DecodePolicy(
        format: .rgb8, neededLongerSide: Self.longerSide, acceptsTruncated: true))
    try self.init(
      decoded.image, name: path, width: decoded.originalWidth, height: decoded.originalHeight,
      marks: marks)
  }

  /// Downscales an image to a thumbnail; marks are in pixels of an image of `width` x `height`.
  init(
    _ image: Image, name: String, width: Int, height: Int, marks: [Mark]
  ) throws(ImagingError) {
    let scale = min(1, Double(Self.longerSide) / Double(max(image.width, image.height)))
    let small = image.resized(
      width: max(1, Int((Double(image.width) * scale).rounded())),
      height: max(1, Int((Double(image.height) * scale).rounded())))
    self.name = name
    self.width = width
    self.height = height
    jpeg = try ImageFile.encode(small, as: .jpeg, quality: 72)
    self.marks = Self.limited(marks)
  }

  /// Takes an image that was drawn for a report, in its size.
  init(drawn image: Image, name: String) throws(ImagingError) {
    self.name = name
    (width, height) = (image.width, image.height)
    jpeg = try ImageFile.encode(image, as: .jpeg, quality: 85)
    marks = []
  }

  /// The same image with other boxes.
  func with(_ marks: [Mark]) -> AnnotatedThumbnail {
    var other = self
    other.marks = Self.limited(marks)
    return other
  }

  private static func limited(_ marks: [Mark]) -> [Mark] {
    marks.count > mostMarks
      ? Array(marks.sorted { $0.weight > $1.weight }.prefix(mostMarks)) : marks
  }

  /// SVG of the image with its boxes; labels are omitted where they would overlap.
  ///
  /// - Parameter label: The accessible description.
  func markup(label: String) -> Markup {
    let image = Markup.element(
      "image",
      [
        "href": "data:image/jpeg;base64," + Data(jpeg).base64EncodedString(), "width": "\(width)",
        "height": "\(height)", "preserveAspectRatio": "none",
      ])
    return SVG.root(
      width: Double(width), height: Double(height), label: label,
      [image] + marks.map(rectangle) + labels)
  }

  private func rectangle(_ mark: Mark) -> Markup {
    let box = mark.box.clipped(toWidth: Double(width), height: Double(height))
    func rectangle(_ style: String) -> Markup {
      SVG.rectangle(
        x: box.x1, y: box.y1, width: box.width, height: box.height, style)
    }
    return rectangle("halo") + rectangle("box \(mark.style)" + (mark.isDashed ? " dashed" : ""))
  }

  private var labels: [Markup] {
    // Thumbnails are displayed about 300 CSS pixels wide, and text should have about 11.
    let size = max(Double(width), Double(height) * 0.8) / 300 * 11.5
    var placement = LabelPlacement(width: width, height: height)
    return marks.filter { !$0.label.isEmpty }.sorted { $0.weight > $1.weight }
      .compactMap { mark in
        let text = SVG.shortened(mark.label, to: 150)
        let box = mark.box.clipped(toWidth: Double(width), height: Double(height))
        let place = placement.place(
          labelWidth: Int((Double(text.count) * size * 0.64).rounded(.up)),
          labelHeight: Int((size * 1.25).rounded(.up)),
          at: PixelRegion(
            x: Int(box.x1), y: Int(box.y1), width: Int(box.width), height: Int(box.height)),
          allowsOverlap: false)
        guard let place else { return nil }
        return .element(
          "text",
          [
            "x": SVG.coordinate(Double(place.x)), "y": SVG.coordinate(Double(place.y) + size),
            "class": "box-label \(mark.style)", "font-size": SVG.coordinate(size),
            "stroke-width": SVG.coordinate(size * 0.28),
          ], Markup(text))
      }
  }
}

extension AnnotatedThumbnail {
  /// Makes the thumbnail of an image with labeled objects.
  ///
  /// - Parameter caption: What is written below it instead of the number of objects.
  package init(
    _ image: Image, name: String, annotations: [Annotation], classNames: [String],
    caption: String? = nil
  ) throws(ImagingError) {
    try self.init(
      image, name: name, width: image.width, height: image.height,
      marks: annotations.map { .labeled($0, of: classNames) })
    self.caption = caption
  }
}

extension AnnotatedThumbnail.Mark {
  /// The box of a labeled object in the color of its class.
  static func labeled(_ annotation: Annotation, of classNames: [String]) -> Self {
    AnnotatedThumbnail.Mark(
      style: "series-\(annotation.classIndex % 8 + 1)",
      isDashed: annotation.isCrowd || annotation.isDifficult, box: annotation.box,
      label: classNames[annotation.classIndex], weight: annotation.box.area)
  }
}
