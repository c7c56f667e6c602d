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
  /// With the box in which all of the object lies if a seam hides no more than its half; nil where no seam
  /// cuts it.
  private var partial: [(detection: Detection, extended: Box?)] = []

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
      let box = extendedBox(of: detection.box, region, scale: scale)
      if box != nil || max(detection.box.width, detection.box.height) <= finerSize {
        partial.append((detection, box))
      } else {
        complete.append(detection)
      }
    }
  }

  /// The box doubled across the seams at which it may end and show a part of an object only; nil if it
  /// ends at none.
  private func extendedBox(of box: Box, _ region: PixelRegion, scale: Double) -> Box? {
    // Edges of predicted boxes are off by a fraction of their size.
    let (x, y) = (0.1 * box.width + 4 * scale, 0.1 * box.height + 4 * scale)
    let edges = Box(region)
    var result = box
    if edges.x1 > 0, box.x1 < edges.x1 + x { result.x1 -= box.width }
    if edges.y1 > 0, box.y1 < edges.y1 + y { result.y1 -= box.height }
    if edges.x2 < Double(width), box.x2 > edges.x2 - x { result.x2 += box.width }
    if edges.y2 < Double(height), box.y2 > edges.y2 - y { result.y2 += box.height }
    return result == box
      ? nil : result.clipped(to: PixelRegion(x: 0, y: 0, width: width, height: height))
  }

  /// The merged detections by descending score.
  ///
  /// - Parameter classAgnostic: Whether detections of different classes are merged too.
  package func merged(_ merge: TileMerge, classAgnostic: Bool = false) -> [Detection] {
    let kept = kept(merge, classAgnostic: classAgnostic)
    let result = kept.complete.map { complete[$0] } + kept.partial.map { partial[$0].detection }
    return ScoreOrder.descending(result).map { result[Int($0)] }
  }

  /// Boxes in which objects lie of which no tile shows more than a part, by descending score.
  package func incomplete(_ merge: TileMerge, classAgnostic: Bool = false) -> [Box] {
    kept(merge, classAgnostic: classAgnostic).partial.compactMap { partial[$0].extended }
  }

  /// The indices of the detections that remain, each list by descending score.
  private func kept(
    _ merge: TileMerge, classAgnostic: Bool
  ) -> (complete: [Int], partial: [Int]) {
    var kept: [Int: [(box: Box, isPartial: Bool)]] = [:]
    func remaining(_ list: [Detection], isPartial: Bool) -> [Int] {
      ScoreOrder.descending(list).map { Int($0) }.filter { index in
        let detection = list[index]
        let key = classAgnostic ? 0 : detection.classIndex
        let isKnown = kept[key, default: []].contains { other in
          let overlap =
            merge == .ios && (isPartial || other.isPartial)
            ? detection.box.overlapOfSmaller(other.box) : detection.box.iou(other.box)
          return overlap > Self.threshold
        }
        if !isKnown { kept[key, default: []].append((detection.box, isPartial)) }
        return !isKnown
      }
    }
    let whole = remaining(complete, isPartial: false)
    return (whole, remaining(partial.map(\.detection), isPartial: true))
  }
}
