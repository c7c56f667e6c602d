import Foundation
import Glimpse

/// A small image with boxes on it.
struct AnnotatedThumbnail: Sendable {
  /// A box on the image, in its original pixels.
  struct Mark: Sendable {
    /// The class of its style, which gives it a color.
    let style: String
    var isDashed = false
    let box: Box
    /// What is written at it; empty for nothing.
    let label: String
    /// How much it matters which label is in front, larger is more.
    let weight: Double
  }

  let name: String
  let width: Int
  let height: Int
  /// The image at a small size.
  let jpeg: [UInt8]
  /// The boxes that are drawn: of very many, those that matter most.
  let marks: [Mark]

  /// The longer side of the small image, in pixels.
  static let longerSide = 360
  /// Boxes of an image; of more nothing could be seen.
  static let mostMarks = 300

  /// Reads an image and makes it small.
  ///
  /// Throws `ImagingError` where it cannot be read.
  init(path: String, marks: [Mark]) throws(ImagingError) {
    let decoded = try ImageFile.read(
      path,
      policy: DecodePolicy(
        format: .rgb8, neededLongerSide: Self.longerSide, acceptsTruncated: true))
    try self.init(
      decoded.image, name: path, width: decoded.originalWidth, height: decoded.originalHeight,
      marks: marks)
  }

  /// Makes an image small; its marks are in pixels of an image of `width` and `height`.
  ///
  /// Throws `ImagingError` where it cannot be encoded.
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
    self.marks =
      marks.count > Self.mostMarks
      ? Array(marks.sorted { $0.weight > $1.weight }.prefix(Self.mostMarks)) : marks
  }

  /// The name of the file without its folder.
  var fileName: String { String(name.split(separator: "/").last ?? Substring(name)) }

  /// The image with its boxes, and names at those that matter most as far as there is room.
  ///
  /// - Parameter label: what is to be seen, for those who do not see it.
  func markup(label: String) -> Markup {
    let image = Markup.element(
      "image",
      [
        "href": "data:image/jpeg;base64," + Data(jpeg).base64EncodedString(), "width": "\(width)",
        "height": "\(height)", "preserveAspectRatio": "none",
      ])
    return ChartFrame.svg(
      width: Double(width), height: Double(height), label: label,
      [image] + marks.map(rectangle) + labels)
  }

  private func rectangle(_ mark: Mark) -> Markup {
    let box = mark.box.clipped(toWidth: Double(width), height: Double(height))
    func rectangle(_ style: String) -> Markup {
      ChartFrame.rectangle(
        x: box.x1, y: box.y1, width: box.width, height: box.height, style)
    }
    return rectangle("halo") + rectangle("box \(mark.style)" + (mark.isDashed ? " dashed" : ""))
  }

  private var labels: [Markup] {
    let (width, height) = (Double(width), Double(height))
    // Images are about 300 pixels wide on the page, and text should have 11.
    let size = max(width, height * 0.8) / 300 * 11.5
    var placement = LabelSpace()
    return marks.filter { !$0.label.isEmpty }.sorted { $0.weight > $1.weight }
      .compactMap { mark in
        let text = BarChart.shortened(mark.label, to: 150)
        let box = mark.box.clipped(toWidth: width, height: height)
        let extent = Double(text.count) * size * 0.64
        let x = max(0, min(box.x1 + size * 0.2, width - extent))
        let above = box.y1 - size * 0.35
        let baseline = above > size ? above : min(box.y1 + size * 1.15, height - size * 0.3)
        let place = Box(
          x1: x, y1: baseline - size, x2: x + extent, y2: baseline + size * 0.25)
        guard placement.take(place) else { return nil }
        return .element(
          "text",
          [
            "x": ChartScale.coordinate(x), "y": ChartScale.coordinate(baseline),
            "class": "box-label \(mark.style)",
            "font-size": ChartScale.coordinate(size),
            "stroke-width": ChartScale.coordinate(size * 0.28),
          ], Markup(text))
      }
  }
}

/// Room for labels that do not lie on each other.
private struct LabelSpace {
  private var taken: [Box] = []

  /// Takes a place, unless a part of it is taken already.
  mutating func take(_ place: Box) -> Bool {
    guard taken.allSatisfy({ $0.intersection(place).area == 0 }) else { return false }
    taken.append(place)
    return true
  }
}
