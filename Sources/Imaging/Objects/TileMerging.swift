import Basics

/// The overlap by which detections of different tiles are compared.
public enum TileMerge: String, Hashable, Sendable, CaseIterable {
  /// IoU.
  case nms
  /// Intersection over the smaller area where one of two boxes may be incomplete, otherwise IoU.
  case ios
}

extension TileMerge: OptionWord {}

/// Detections of overlapping tiles of an image and of the whole image, merged greedily.
///
/// Boxes that a tile shows completely come first, each group by descending score, so that a part of
/// an object never replaces the whole one.
package struct TileMerging {
  /// Two boxes that overlap by more than this are one object, as in SAHI (F. C. Akyon et al., ICIP 2022).
  package static let threshold = 0.5

  private let width: Int
  private let height: Int
  /// Objects up to this size are complete in one of the tiles.
  private let completeSize: Double
  private var complete: [Detection] = []
  private var partial: [Detection] = []

  /// - Parameter completeSize: The width and height up to which an object is complete in one of the
  ///   tiles: the number of pixels that neighboring tiles share.
  package init(imageWidth: Int, imageHeight: Int, completeSize: Double) {
    (width, height) = (imageWidth, imageHeight)
    self.completeSize = completeSize
  }

  /// Adds the detections of a tile or of the whole image, in pixels of the image.
  package mutating func add(_ detections: [Detection], of region: PixelRegion) {
    for detection in detections {
      if isPartial(detection.box, region) {
        partial.append(detection)
      } else {
        complete.append(detection)
      }
    }
  }

  /// Whether a box may show a part of an object only, or, in the whole image, one that a tile shows
  /// better.
  private func isPartial(_ box: Box, _ region: PixelRegion) -> Bool {
    if region.width == width, region.height == height {
      return max(box.width, box.height) <= completeSize
    }
    // Edges of predicted boxes are off by a fraction of their size.
    let (x, y) = (0.1 * box.width + 4, 0.1 * box.height + 4)
    let edges = Box(region)
    return edges.x1 > 0 && box.x1 < edges.x1 + x || edges.y1 > 0 && box.y1 < edges.y1 + y
      || edges.x2 < Double(width) && box.x2 > edges.x2 - x
      || edges.y2 < Double(height) && box.y2 > edges.y2 - y
  }

  /// The merged detections by descending score.
  ///
  /// - Parameter classAgnostic: Whether detections of different classes are merged too.
  package func merged(_ merge: TileMerge, classAgnostic: Bool = false) -> [Detection] {
    var kept: [Int: [(box: Box, isPartial: Bool)]] = [:]
    var result: [Detection] = []
    for (list, isPartial) in [(complete, false), (partial, true)] {
      for index in ScoreOrder.descending(list) {
        let detection = list[Int(index)]
        let key = classAgnostic ? 0 : detection.classIndex
        let isKnown = kept[key, default: []].contains { other in
          let overlap =
            merge == .ios && (isPartial || other.isPartial)
            ? detection.box.overlapOfSmaller(other.box) : detection.box.iou(other.box)
          return overlap > Self.threshold
        }
        guard !isKnown else { continue }
        kept[key, default: []].append((detection.box, isPartial))
        result.append(detection)
      }
    }
    return ScoreOrder.descending(result).map { result[Int($0)] }
  }
}
