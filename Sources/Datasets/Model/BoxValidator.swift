import Basics
import Imaging

/// Converts the boxes of one image to pixels and reports invalid ones.
struct BoxValidator {
  /// The issues so far.
  private(set) var issues: [DatasetIssue] = []
  private let image: ParsedImage
  /// "640x480 image", or "image" where the size is unknown.
  private let imageText: String
  /// The image size in pixels; 0 where it is unknown.
  private let width: Double
  private let height: Double
  private let clipsBoxes: Bool
  /// The classes and boxes so far, to find duplicates.
  private var seen: Set<BoxKey> = []

  private struct BoxKey: Hashable {
    let classIndex: Int
    let box: Box
    let isCrowd: Bool
  }

  init(image: ParsedImage, width: Int, height: Int, clipsBoxes: Bool) {
    self.image = image
    self.clipsBoxes = clipsBoxes
    imageText = width > 0 && height > 0 ? "\(width)x\(height) image" : "image"
    self.width = Double(width)
    self.height = Double(height)
  }

  private var hasSize: Bool { width > 0 && height > 0 }

  /// The object with its box in pixels; nil if the box is invalid.
  mutating func annotation(of object: ParsedObject, classIndex: Int) -> Annotation? {
    guard let box = checkedBox(of: object) else { return nil }
    if !seen.insert(BoxKey(classIndex: classIndex, box: box, isCrowd: object.isCrowd)).inserted {
      report(.duplicateBox, object, box, "is repeated, with the same class; kept.")
    }
    var annotation = Annotation(
      box: box, classIndex: classIndex, isCrowd: object.isCrowd, isDifficult: object.isDifficult)
    annotation.isTruncated = object.isTruncated
    annotation.isOccluded = object.isOccluded
    annotation.segmentation = checkedSegmentation(of: object, box)
    if case .stated(let extent) = object.extent { annotation.stated = extent }
    return annotation
  }

  /// Reports an issue of an object, identified by its id and byte, its line or, without any, its box.
  private mutating func report(
    _ kind: DatasetIssue.Kind, _ object: ParsedObject, _ box: Box, _ predicate: String
  ) {
    let name = FilePath.name(image.imagePath)
    let place = object.byte.map { "\(name), byte \($0)" } ?? name
    let subject =
      if let id = object.id {
        "the box of annotation \(id) (\(place))"
      } else if object.byte != nil {
        "the box (\(place))"
      } else if object.line == nil {
        "the box (\(box.x1), \(box.y1)) to (\(box.x2), \(box.y2)) of \(name)"
      } else {
        "the box"
      }
    issues.report(kind, image.labelPath, line: object.line, "\(subject) \(predicate)")
  }

  /// The object's box in pixels; nil if it is invalid.
  private mutating func checkedBox(of object: ParsedObject) -> Box? {
    let box: Box
    var (width, height) = (width, height)
    switch object.extent {
    case .pixels(let corners): box = corners
    case .stated(let extent): box = extent.box.corners
    case .fractions(let corners):
      // Without an image size, fractions are kept as they are.
      if !hasSize { (width, height) = (1, 1) }
      box = Box(
        x1: corners.x1 * width, y1: corners.y1 * height, x2: corners.x2 * width,
        y2: corners.y2 * height)
    }
    guard [box.x1, box.y1, box.x2, box.y2].allSatisfy({ abs($0) < 1e9 }) else {
      report(
        .boxOutsideImage, object, box, "has coordinates beyond those of any image; ignored.")
      return nil
    }
    if !(box.x2 > box.x1 && box.y2 > box.y1) {
      report(.boxWithoutArea, object, box, "has no width or no height; ignored.")
      return nil
    }
    if width == 0 || height == 0 { return box }
    let clipped = box.clipped(toWidth: width, height: height)
    if !(clipped.x2 > clipped.x1 && clipped.y2 > clipped.y1) {
      var looks = ""
      // A center right of twice the image's width is no rounding error.
      if case .fractions(let corners) = object.extent, corners.x1 + corners.x2 > 4 {
        looks = ", its numbers look like pixels instead of fractions from 0 to 1"
      }
      report(.boxOutsideImage, object, box, "lies outside of the \(imageText)\(looks); ignored.")
      return nil
    }
    // The tolerance for rounding errors: one pixel, or 0.01 if the size is unknown.
    let tolerance = hasSize ? 1 : 0.01
    let overhang = max(
      clipped.x1 - box.x1, clipped.y1 - box.y1, box.x2 - clipped.x2, box.y2 - clipped.y2)
    if overhang > tolerance {
      report(
        .boxBeyondImage, object, box,
        "reaches beyond the \(imageText); \(clipsBoxes ? "clipped" : "kept").")
    }
    if hasSize, clipped.width <= 1 || clipped.height <= 1 {
      report(.tinyBox, object, box, "is at most one pixel wide or high; kept.")
    }
    return clipsBoxes ? clipped : box
  }

  // MARK: Polygons

  /// The maximum absolute coordinate of a polygon corner, in pixels.
  private static let farthest = 1e6

  /// The object's polygons or mask in pixels; nil if there are none or they are invalid.
  private mutating func checkedSegmentation(of object: ParsedObject, _ box: Box) -> Segmentation? {
    let fault: String
    switch object.segmentation {
    case nil: return nil
    case .mask(let mask)?:
      if hasSize, (Double(mask.width), Double(mask.height)) != (width, height) {
        fault = "has a mask for \(mask.width)x\(mask.height) pixels in a \(imageText)"
      } else if mask.area == 0 {
        fault = "has an empty mask"
      } else {
        return object.segmentation
      }
    case .polygons(var polygons)?:
      if case .fractions = object.extent, hasSize {
        polygons = polygons.map { polygon in
          polygon.enumerated().map { $0.element * ($0.offset % 2 == 0 ? width : height) }
        }
      }
      func isPossible(_ polygon: [Double]) -> Bool {
        polygon.count >= 6 && polygon.count % 2 == 0
          && polygon.allSatisfy { abs($0) <= Self.farthest }
      }
      let possible = polygons.filter(isPossible)
      let isUsable = possible.contains(where: isVisible)
      if possible.count == polygons.count {
        if isUsable { return .polygons(polygons) }
        fault = "has polygons of zero area in the image"
      } else {
        let impossible = polygons.first { !isPossible($0) } ?? []
        fault =
          "has an invalid polygon of \(impossible.count) numbers: x and y of three or more corners "
          + "near the image are expected"
        if isUsable {
          let count = polygons.count - possible.count
          report(
            .invalidSegmentation, object, box,
            fault + "; \(Sentence.count(count, "polygon")) of \(polygons.count) ignored.")
          return .polygons(possible)
        }
      }
    }
    report(.invalidSegmentation, object, box, fault + "; the box is kept.")
    return nil
  }

  /// Whether a polygon has an area, and its bounding box overlaps the image.
  private func isVisible(_ numbers: [Double]) -> Bool {
    let polygon = Polygon(numbers)
    guard polygon.area > 5e-13, let bounds = polygon.bounds else { return false }
    return !hasSize || bounds.clipped(toWidth: width, height: height).area > 0
  }
}
