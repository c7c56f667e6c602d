import CGlimpseKernels

/// Greedy non-maximum suppression (NMS): of detections that overlap, the highest-scoring is kept.
///
/// The semantics of torchvision's `ops.nms` and `ops.batched_nms`: detections are visited in order
/// of descending score (ties in the given order), and one is dropped if its IoU with a kept one
/// exceeds the threshold.
package enum NonMaximumSuppression {
  /// The detections that are kept, by descending score.
  ///
  /// There is no time limit. Besides overlapping detections and those beyond `maximumDetections`,
  /// only detections with a NaN score or a coordinate that is not finite are dropped.
  ///
  /// - Parameters:
  ///   - iouThreshold: The maximum IoU of two kept detections, 0...1.
  ///   - classAgnostic: Whether detections of different classes suppress each other too.
  package static func suppress(
    _ detections: [Detection], iouThreshold: Double, classAgnostic: Bool = false,
    maximumDetections: Int = .max
  ) -> [Detection] {
    precondition(iouThreshold >= 0, "an IoU threshold is 0 or more, not \(iouThreshold)")
    precondition(maximumDetections >= 0, "\(maximumDetections) detections cannot be kept")
    let order = descendingOrder(detections)
    var kept: [Detection] = []
    var lists = KeptBoxes(detections, order: order, classAgnostic: classAgnostic)
    defer { lists.deallocate() }
    for (rank, index) in order.enumerated() {
      if kept.count == maximumDetections { break }
      let detection = detections[index]
      if lists.insert(detection.box, rank: rank, unlessOverlapExceeds: iouThreshold) {
        kept.append(detection)
      }
    }
    return kept
  }

  /// The indices of the valid detections by descending score, ties in the given order.
  private static func descendingOrder(_ detections: [Detection]) -> [Int] {
    var keys: [UInt64] = []
    keys.reserveCapacity(detections.count)
    for (index, detection) in detections.enumerated() {
      guard !detection.score.isNaN, detection.box.isFinite else { continue }
      // The bits of a float order like integers once negative ones are mirrored; adding zero makes
      // -0 the same as 0.
      let bits = (detection.score + 0).bitPattern
      let ascending = bits >> 31 == 0 ? bits | 0x8000_0000 : ~bits
      keys.append(UInt64(~ascending) << 32 | UInt64(UInt32(index)))
    }
    keys.sort()
    return keys.map { Int($0 & 0xffff_ffff) }
  }
}

/// The kept boxes, one list per class, in the memory layout of the IoU kernel.
private struct KeptBoxes {
  /// Five consecutive arrays of `capacity` numbers: x1, y1, x2, y2, area.
  private let numbers: UnsafeMutablePointer<Double>
  private let capacity: Int
  /// The list index of each detection, by score rank.
  private let slots: [Int]
  /// The start and the length of each list.
  private let starts: [Int]
  private var counts: [Int]

  init(_ detections: [Detection], order: [Int], classAgnostic: Bool) {
    var slots = [Int](repeating: 0, count: order.count)
    var sizes = [order.count]
    if !classAgnostic {
      var slotOfClass: [Int: Int] = [:]
      sizes = []
      for (rank, index) in order.enumerated() {
        let classIndex = detections[index].classIndex
        let slot = slotOfClass[classIndex] ?? sizes.count
        if slot == sizes.count {
          slotOfClass[classIndex] = slot
          sizes.append(0)
        }
        sizes[slot] += 1
        slots[rank] = slot
      }
    }
    self.slots = slots
    // The kernel reads whole blocks, with zeros past the end of a list.
    let block = Int(GK_IMAGE_BOX_BLOCK)
    var starts: [Int] = []
    var capacity = 0
    for size in sizes {
      starts.append(capacity)
      capacity += (size + block - 1) / block * block
    }
    self.starts = starts
    counts = [Int](repeating: 0, count: sizes.count)
    self.capacity = capacity
    numbers = .allocate(capacity: 5 * capacity)
    numbers.initialize(repeating: 0, count: 5 * capacity)
  }

  func deallocate() { numbers.deallocate() }

  /// Adds a box to the list of its rank, unless its IoU with a box in it exceeds the threshold.
  mutating func insert(_ box: Box, rank: Int, unlessOverlapExceeds threshold: Double) -> Bool {
    let slot = slots[rank]
    let first = numbers + starts[slot]
    let corners = (box.x1, box.y1, box.x2, box.y2)
    let area = box.area
    let overlaps = withUnsafePointer(to: corners) { corners in
      corners.withMemoryRebound(to: Double.self, capacity: 4) { corners in
        ImageKernels.chosen.overlaps_any(
          gk_image_boxes(
            x1: first, y1: first + capacity, x2: first + 2 * capacity,
            y2: first + 3 * capacity, area: first + 4 * capacity),
          Int64(counts[slot]), corners, area, threshold)
      }
    }
    guard overlaps == 0 else { return false }
    let end = first + counts[slot]
    end[0] = box.x1
    end[capacity] = box.y1
    end[2 * capacity] = box.x2
    end[3 * capacity] = box.y2
    end[4 * capacity] = area
    counts[slot] += 1
    return true
  }
}
