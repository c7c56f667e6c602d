import Basics

/// The overlap by which detections of different tiles are compared.
public enum TileMerge: String, Hashable, Sendable, CaseIterable {
  /// IoU.
  case nms
  /// Intersection over the smaller area where one of two boxes may be incomplete, otherwise IoU.
  case ios
}

extension TileMerge: OptionWord {}

/// Detections of overlapping tiles of an image, at one or several scales, and of the whole image, merged
/// greedily.
///
/// Boxes that a tile shows completely come first, each group by descending score, so that a part of
/// an object never replaces the whole one.
package struct TileMerging {
  /// Two boxes that overlap by more than this are one object, as in SAHI (F. C. Akyon et al., ICIP 2022).
  package static let threshold = 0.5

  private let width: Int
  private let height: Int
  private var complete: [Detection] = []
  private var partial: [Detection] = []

  package init(imageWidth: Int, imageHeight: Int) {
    (width, height) = (imageWidth, imageHeight)
  }

  /// Adds the detections of a tile or of the whole image, in pixels of the image.
  ///
  /// - Parameters:
  ///   - scale: Pixels of the image per pixel of the network's input.
  ///   - finerSize: The width and height up to which an object is complete in a tile of a finer scale:
  ///     the number of pixels that its neighboring tiles share; 0 for the finest scale.
  package mutating func add(
    _ detections: [Detection], of region: PixelRegion, scale: Double = 1, finerSize: Double
  ) {
    for detection in detections {
      let side = max(detection.box.width, detection.box.height)
      if side <= finerSize || isCut(detection.box, region, scale: scale) {
        partial.append(detection)
      } else {
        complete.append(detection)
      }
    }
  }

  /// Whether a box may end at a seam and show a part of an object only.
  private func isCut(_ box: Box, _ region: PixelRegion, scale: Double) -> Bool {
    // Edges of predicted boxes are off by a fraction of their size.
    let (x, y) = (0.1 * box.width + 4 * scale, 0.1 * box.height + 4 * scale)
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
