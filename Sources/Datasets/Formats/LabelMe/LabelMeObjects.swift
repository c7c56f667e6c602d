import Foundation
import Imaging

/// Turns the shapes of a LabelMe file into objects.
///
/// Of the file itself nothing is kept: the images of its masks may be large.
struct LabelMeObjects {
  /// The objects; their class indices count into `labels`.
  private(set) var objects: [ParsedObject] = []
  /// The labels of all shapes, each once.
  private(set) var labels: [String] = []
  private(set) var issues: [DatasetIssue]
  /// Whether a shape was ignored because it cannot be parsed.
  let isBroken: Bool
  /// The file's statements about its image.
  let imagePath: String?
  let width: Int?
  let height: Int?
  private let path: String

  /// - Parameter polygons: Whether polygons are wanted, besides boxes.
  init(_ file: LabelMeFile, segmentations: Bool) {
    issues = file.issues
    isBroken = !file.issues.isEmpty
    (imagePath, width, height, path) = (file.imagePath, file.width, file.height, file.path)
    var classes: [String: Int] = [:]
    /// Where in `objects` each group's object is.
    var groups: [Group: Int] = [:]
    for shape in file.shapes {
      let classIndex = classes[shape.label] ?? labels.count
      if classIndex == labels.count {
        classes[shape.label] = classIndex
        labels.append(shape.label)
      }
      if [.line, .linestrip, .point, .points].contains(shape.kind) {
        issues.append(
          DatasetIssue(
            kind: .boxWithoutArea, file: path, line: shape.line,
            message: "a shape of the type \"\(shape.kind.rawValue)\" has no area; ignored."))
        continue
      }
      var object = ParsedObject(
        classIndex: classIndex, extent: .pixels(Self.box(of: shape)), line: shape.line)
      object.isCrowd = shape.flags.contains(LabelMeFlag.crowd.rawValue)
      object.isDifficult = shape.flags.contains(LabelMeFlag.difficult.rawValue)
      object.isTruncated = shape.flags.contains(LabelMeFlag.truncated.rawValue)
      object.isOccluded = shape.flags.contains(LabelMeFlag.occluded.rawValue)
      if segmentations { object.segmentation = segmentation(of: shape) }
      let group = [.polygon, .circle].contains(shape.kind) ? shape.group : nil
      if let group = group.map({ Group(classIndex: classIndex, id: $0) }) {
        if let place = groups[group] {
          objects[place].join(object)
          continue
        }
        groups[group] = objects.count
      }
      objects.append(object)
    }
  }

  private struct Group: Hashable {
    let classIndex: Int
    let id: Int
  }

  private static func box(of shape: LabelMeFile.Shape) -> Box {
    let points = shape.points
    if shape.kind == .circle {
      let radius = hypot(points[2] - points[0], points[3] - points[1])
      return Box(
        x1: points[0] - radius, y1: points[1] - radius, x2: points[0] + radius,
        y2: points[1] + radius)
    }
    let x = stride(from: 0, to: points.count, by: 2).map { points[$0] }
    let y = stride(from: 1, to: points.count, by: 2).map { points[$0] }
    // A mask's points are its first and its last pixel.
    let last = shape.kind == .mask ? 1.0 : 0
    return Box(
      x1: x.min() ?? 0, y1: y.min() ?? 0, x2: (x.max() ?? 0) + last, y2: (y.max() ?? 0) + last)
  }

  private mutating func segmentation(of shape: LabelMeFile.Shape) -> Segmentation? {
    switch shape.kind {
    case .polygon: return .polygons([shape.points])
    case .circle:
      let box = Self.box(of: shape)
      let radius = box.width / 2
      // As many corners as LabelMe's own export to masks needs to draw a circle.
      return .polygons([
        (0..<64).flatMap { corner in
          let angle = Double(corner) / 64 * 2 * Double.pi
          return [box.x1 + radius * (1 + cos(angle)), box.y1 + radius * (1 + sin(angle))]
        }
      ])
    case .mask:
      do {
        if let mask = try mask(of: shape) { return .mask(mask) }
        issues.append(
          DatasetIssue(
            kind: .invalidSegmentation, file: path, line: shape.line,
            message:
              "the mask has no image, or the file no imageWidth and imageHeight; the box of "
              + "the mask is kept."))
        return nil
      } catch {
        issues.append(
          DatasetIssue(
            kind: .invalidSegmentation, file: path, line: shape.line,
            message: "\(error); the box of the mask is kept."))
        return nil
      }
    case .rectangle, .line, .linestrip, .point, .points: return nil
    }
  }

  /// The mask, which is an image of the pixels from its first point on, in the whole image.
  private func mask(of shape: LabelMeFile.Shape) throws(ImagingError) -> RunLengthMask? {
    guard let bytes = shape.mask, let width, let height,
      let x = Int(exactly: shape.points[0].rounded()),
      let y = Int(exactly: shape.points[1].rounded())
    else { return nil }
    // Refuses sizes that no image has, and masks that no image has room for, before anything
    // is allocated.
    _ = try RunLengthMask(width: width, height: height, polygons: [])
    let size = try ImageFile.information(of: bytes, name: "the mask of a shape")
    guard x >= 0, y >= 0, size.width <= width - x, size.height <= height - y else {
      throw .invalidMask(
        width: width, height: height,
        reason:
          "its \(size.width)x\(size.height) pixels at (\(x), \(y)) do not fit into the image")
    }
    let part = try ImageFile.decode(
      bytes, name: "the mask of a shape", policy: DecodePolicy(format: .gray8)
    ).image
    return RunLengthMask(
      width: width, height: height, pixels: part.bytes,
      of: PixelRegion(x: x, y: y, width: part.width, height: part.height))
  }
}

extension ParsedObject {
  /// Adds a part, which like the object itself has a box in pixels and, if any, polygons.
  fileprivate mutating func join(_ part: ParsedObject) {
    if case .polygons(let polygons)? = segmentation, case .polygons(let more)? = part.segmentation {
      segmentation = .polygons(polygons + more)
    }
    if case .pixels(let a) = extent, case .pixels(let b) = part.extent {
      extent = .pixels(
        Box(x1: min(a.x1, b.x1), y1: min(a.y1, b.y1), x2: max(a.x2, b.x2), y2: max(a.y2, b.y2)))
    }
  }
}
