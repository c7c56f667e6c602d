import Foundation
import Imaging

/// Turns the shapes of a LabelMe file into objects.
struct LabelMeObjects {
  private(set) var objects: [RawObject] = []
  private(set) var problems: [DatasetProblem] = []
  private let file: LabelMeFile
  private let path: String

  /// - Parameters:
  ///   - classes: Indices by label.
  ///   - outlines: Whether outlines are wanted, besides boxes.
  init(_ file: LabelMeFile, path: String, classes: [String: Int], outlines: Bool) {
    self.file = file
    self.path = path
    problems = file.problems
    /// Where in `objects` each group's object is.
    var groups: [Group: Int] = [:]
    for shape in file.shapes {
      guard let classIndex = classes[shape.label] else { continue }
      if [.line, .linestrip, .point, .points].contains(shape.kind) {
        problems.append(
          DatasetProblem(
            kind: .boxWithoutArea, file: path, line: shape.line,
            message: "a shape of the type \"\(shape.kind.rawValue)\" has no area; it is left out."))
        continue
      }
      var object = RawObject(
        classIndex: classIndex, extent: .pixels(Self.box(of: shape)), line: shape.line)
      object.isCrowd = shape.flags.contains(LabelMeFlag.crowd.rawValue)
      object.isDifficult = shape.flags.contains(LabelMeFlag.difficult.rawValue)
      object.isTruncated = shape.flags.contains(LabelMeFlag.truncated.rawValue)
      object.isOccluded = shape.flags.contains(LabelMeFlag.occluded.rawValue)
      object.outline = outline(of: shape)
      let group = shape.group.map { Group(classIndex: classIndex, id: $0) }
      if let group, let place = groups[group], Self.join(object, to: &objects[place]) { continue }
      if let group, shape.kind == .polygon { groups[group] = objects.count }
      objects.append(object)
    }
    if !outlines { for index in objects.indices { objects[index].outline = nil } }
  }

  private struct Group: Hashable {
    let classIndex: Int
    let id: Int
  }

  /// Adds a polygon to the object that it is a part of; false where it is none.
  private static func join(_ part: RawObject, to object: inout RawObject) -> Bool {
    guard case .polygons(let more)? = part.outline, case .polygons(let polygons)? = object.outline,
      case .pixels(let a) = object.extent, case .pixels(let b) = part.extent
    else { return false }
    object.outline = .polygons(polygons + more)
    object.extent = .pixels(
      Box(x1: min(a.x1, b.x1), y1: min(a.y1, b.y1), x2: max(a.x2, b.x2), y2: max(a.y2, b.y2)))
    return true
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

  private mutating func outline(of shape: LabelMeFile.Shape) -> Outline? {
    switch shape.kind {
    case .polygon: return .polygons([shape.points])
    case .circle:
      let box = Self.box(of: shape)
      let radius = box.width / 2
      // As many corners as LabelMe's own export to masks can tell from a circle.
      return .polygons([
        (0..<64).flatMap { corner in
          let angle = Double(corner) / 64 * 2 * Double.pi
          return [box.x1 + radius * (1 + cos(angle)), box.y1 + radius * (1 + sin(angle))]
        }
      ])
    case .mask:
      do {
        if let mask = try mask(of: shape) { return .mask(mask) }
        problems.append(
          DatasetProblem(
            kind: .invalidOutline, file: path, line: shape.line,
            message:
              "the mask has no picture, or the file no imageWidth and imageHeight; the box of "
              + "the mask is kept."))
        return nil
      } catch {
        problems.append(
          DatasetProblem(
            kind: .invalidOutline, file: path, line: shape.line,
            message: "\(error); the box of the mask is kept."))
        return nil
      }
    case .rectangle, .line, .linestrip, .point, .points: return nil
    }
  }

  /// The mask, which is a picture of the pixels from its first point on, in the whole picture.
  private func mask(of shape: LabelMeFile.Shape) throws(ImagingError) -> RunLengthMask? {
    guard let bytes = shape.mask, let width = file.width, let height = file.height,
      let x = Int(exactly: shape.points[0].rounded()),
      let y = Int(exactly: shape.points[1].rounded())
    else { return nil }
    // Refuses sizes that no picture has, before anything is allocated.
    _ = try RunLengthMask(width: width, height: height, polygons: [])
    let part = try ImageFile.decode(
      bytes, name: "the mask of a shape", options: DecodeOptions(format: .gray8)
    ).image
    guard x >= 0, y >= 0, part.width <= width - x, part.height <= height - y else {
      throw .invalidMask(
        width: width, height: height,
        reason:
          "its \(part.width)x\(part.height) pixels at (\(x), \(y)) do not fit into the picture")
    }
    var pixels = [UInt8](repeating: 0, count: width * height)
    for row in 0..<part.height {
      let start = (y + row) * width + x
      pixels.replaceSubrange(
        start..<start + part.width,
        with: part.bytes[row * part.width..<(row + 1) * part.width])
    }
    return RunLengthMask(width: width, height: height, pixels: pixels)
  }
}
