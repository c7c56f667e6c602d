import Imaging

/// Recognizes values that a format allows but that are probably meant otherwise.
enum DetectionPlausibility {
  /// A sentence on boxes in pixels, as [x, y, width, height], that appear to be something else: all
  /// of them fractions of the image, or most of them corners. Nil if they are plausible.
  static func doubt(
    _ boxes: [SizedBox], images: [Int32], of entries: [GroundTruth.ImageEntry]
  ) -> String? {
    guard !boxes.isEmpty else { return nil }
    let areFractions = boxes.allSatisfy {
      $0.x >= 0 && $0.y >= 0 && $0.width >= 0 && $0.height >= 0
        && $0.x + $0.width <= 1.0001 && $0.y + $0.height <= 1.0001
    }
    let areWhole = boxes.allSatisfy { [$0.x, $0.y, $0.width, $0.height] == $0.wholeNumbers }
    if areFractions, !areWhole {
      return
        "all \(boxes.count) boxes lie within 0 to 1: they appear to be fractions of the image, "
        + "but pixels are expected"
    }
    var beyond = 0
    for (box, image) in zip(boxes, images) {
      let entry = entries[Int(image)]
      let (width, height) = (Double(entry.width), Double(entry.height))
      // As corners, each box would be valid and lie in its image.
      guard width > 0, height > 0, box.width > box.x, box.height > box.y, box.x >= -1, box.y >= -1,
        box.width <= width + 1, box.height <= height + 1
      else { return nil }
      if box.x + box.width > width + 1 || box.y + box.height > height + 1 { beyond += 1 }
    }
    guard beyond * 2 >= boxes.count else { return nil }
    return "\(beyond) of \(boxes.count) boxes reach beyond their images: they appear to be corners "
      + "[x1, y1, x2, y2], but [x, y, width, height] is expected"
  }

  /// A sentence on scores that are probably no confidences; nil if they are plausible.
  static func doubt(scores: [Double]) -> String? {
    guard let smallest = scores.min(), let largest = scores.max() else { return nil }
    let outside = scores.count { $0 < 0 || $0 > 1 }
    if outside > 0 {
      return "\(outside) of \(scores.count) scores lie outside of 0 to 1 (\(smallest) to "
        + "\(largest)): percentages rank detections like confidences, but ids of tracks do not"
    }
    guard scores.count > 1, smallest == largest else { return nil }
    return "all \(scores.count) scores are \(largest): detections are ranked by score, so AP "
      + "depends on the order of the rows"
  }
}

extension SizedBox {
  fileprivate var wholeNumbers: [Double] {
    [x.rounded(), y.rounded(), width.rounded(), height.rounded()]
  }
}
