import Basics
import Foundation
import Imaging

extension LabelMeFile {
  /// The shapes as labeled objects; polygons and masks are included only if `segmentations` is set.
  ///
  /// The result does not keep the file's data: the PNGs of masks may be large.
  func labels(segmentations: Bool) -> LabelFile {
    var labels = LabelFile(
      state: issues.isEmpty ? .given : .broken, imageName: imagePath,
      unread: unread, issues: issues)
    if let width, let height, width > 0, height > 0 { labels.statedSize = (width, height) }
    /// For each class, the index in `objects` of each group's object.
    var groups: [Int: [ItemId: Int]] = [:]
    for (label, left) in Dictionary(grouping: shapes, by: \.label).sorted(by: { $0.key < $1.key })
    where ClassList.fillers.contains(label) {
      labels.issues.report(
        .ignoredShapes, path, line: left[0].line,
        "\(Sentence.count(left.count, "shape")) with the label \"\(label)\" left out, as LabelMe's "
          + "exporters do.")
    }
    for shape in shapes where !ClassList.fillers.contains(shape.label) {
      let classIndex = labels.classes.insert(shape.label).index
      if [.line, .linestrip, .point, .points].contains(shape.kind) {
        labels.issues.report(
          .boxWithoutArea, path, line: shape.line,
          "a shape of the type \"\(shape.type)\" has no area (byte \(shape.byte)); ignored.")
        continue
      }
      if shape.kind == .other {
        labels.issues.report(
          .invalidSegmentation, path, line: shape.line,
          "the shape_type \"\(shape.type)\" is unknown (byte \(shape.byte)); the box around its "
            + "points is used.")
      }
      func isSet(_ flag: LabelMeFlag) -> Bool { shape.flags.contains(flag.rawValue) }
      let box = shape.box
      let object = ParsedObject(
        classIndex: classIndex, extent: .pixels(box),
        segmentation: segmentations ? segmentation(of: shape, box, &labels.issues) : nil,
        isCrowd: isSet(.crowd), isDifficult: isSet(.difficult), isTruncated: isSet(.truncated),
        isOccluded: isSet(.occluded), byte: shape.byte, line: shape.line)
      if let id = shape.group, [.polygon, .circle].contains(shape.kind) {
        if let place = groups[classIndex]?[id] {
          labels.objects[place].join(object)
          continue
        }
        groups[classIndex, default: [:]][id] = labels.objects.count
      }
      labels.objects.append(object)
    }
    return labels
  }

  private func segmentation(
    of shape: Shape, _ box: Box, _ issues: inout [DatasetIssue]
  ) -> Segmentation? {
    switch shape.kind {
    case .polygon, .rotation, .quadrilateral, .orientedRectangle: return .polygons([shape.points])
    case .circle:
      let radius = box.width / 2
      // As many corners as LabelMe's own mask export uses for a circle.
      return .polygons([
        (0..<64).flatMap { corner in
          let angle = Double(corner) / 64 * 2 * Double.pi
          return [box.x1 + radius * (1 + cos(angle)), box.y1 + radius * (1 + sin(angle))]
        }
      ])
    case .mask:
      let fault: String
      do {
        if let mask = try mask(of: shape) { return .mask(mask) }
        fault = "the mask has no image, or the file no imageWidth and imageHeight"
      } catch {
        fault = "\(error)"
      }
      issues.report(
        .invalidSegmentation, path, line: shape.line,
        "\(fault) (byte \(shape.byte)); the box of the mask is kept.")
      return nil
    case .rectangle, .line, .linestrip, .point, .points, .other: return nil
    }
  }

  /// The mask of a shape in the whole image; its PNG begins at the shape's first point.
  private func mask(of shape: Shape) throws(ImagingError) -> RunLengthMask? {
    guard let bytes = shape.mask, let width, let height,
      let x = Int(exactly: shape.points[0].rounded()),
      let y = Int(exactly: shape.points[1].rounded())
    else { return nil }
    // Rejects invalid image sizes, and masks that do not fit into the image, before anything is
    // allocated.
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

extension LabelMeFile.Shape {
  fileprivate var box: Box {
    if kind == .circle {
      let radius = hypot(points[2] - points[0], points[3] - points[1])
      return Box(
        x1: points[0] - radius, y1: points[1] - radius, x2: points[0] + radius,
        y2: points[1] + radius)
    }
    var box = Polygon(points).bounds ?? Box(x1: 0, y1: 0, x2: 0, y2: 0)
    if kind == .mask {
      // A mask's points are its first and its last pixel, inclusive.
      box.x2 += 1
      box.y2 += 1
    }
    return box
  }
}

extension ParsedObject {
  /// Adds a part; both have boxes in pixels and, if any, polygons.
  fileprivate mutating func join(_ part: ParsedObject) {
    if case .polygons(let polygons)? = segmentation, case .polygons(let more)? = part.segmentation {
      segmentation = .polygons(polygons + more)
    }
    if case .pixels(let box) = extent, case .pixels(let other) = part.extent {
      extent = .pixels(box.union(other))
    }
  }
}
