import CGlimpseKernels

/// The boxes of one class that non-maximum suppression has kept, in the memory layout of the IoU kernel.
///
/// There is one list per horizontal strip of the image; it holds the boxes whose center is in the strip.
/// If two boxes have an IoU above t, so have their extents along an axis. Heights a and b that share s
/// have s > t (a + b) / (1 + t), and s is at most (a + b) / 2 minus the distance d of the centers, hence
/// d < (a + b) (1 - t) / (2 (1 + t)); and as b < a / t, d < a (1 - t) / (2 t). Only strips in that reach are
/// searched.
struct KeptBoxes {
  /// Five consecutive arrays of `capacity` numbers: x1, y1, x2, y2, area.
  private let numbers: UnsafeMutablePointer<Double>
  private let capacity: Int
  /// The start and the length of the list of each strip.
  private let starts: UnsafeMutablePointer<Int>
  private let counts: UnsafeMutablePointer<Int>
  private var strips = 1
  private var top = 0.0
  private var stripsPerPixel = 0.0
  private let threshold: Double
  /// How far away the center of an overlapping box may be, in heights of a box.
  private let reach: Double

  private static let boxesPerStrip = 40
  private static let maximumStrips = 64
  private static let block = Int(GK_IMAGE_BOX_BLOCK)

  /// Allocates memory for some boxes; the caller calls `deallocate`.
  init(capacity boxes: Int, threshold: Double) {
    self.threshold = threshold
    reach = max((1 - threshold) / (2 * threshold), 0)
    capacity = boxes + Self.maximumStrips * Self.block
    numbers = .allocate(capacity: 5 * capacity)
    numbers.initialize(repeating: 0, count: 5 * capacity)
    starts = .allocate(capacity: 2 * Self.maximumStrips)
    starts.initialize(repeating: 0, count: 2 * Self.maximumStrips)
    counts = starts + Self.maximumStrips
  }

  func deallocate() {
    numbers.deallocate()
    starts.deallocate()
  }

  /// Calls `keep` with the places of the boxes that are kept, in order.
  ///
  /// - Parameters:
  ///   - boxes: By descending score, with finite coordinates; at most as many as there is memory for.
  ///   - byDistance: Whether the overlap is `Box.diou(_:)`, which is never more than the IoU.
  mutating func select(
    _ boxes: UnsafeBufferPointer<Box>, byDistance: Bool, keep: (Int) -> Void
  ) {
    makeStrips(for: boxes)
    for (place, box) in boxes.enumerated() where !isSuppressed(box, byDistance: byDistance) {
      append(box)
      keep(place)
    }
  }

  /// Makes empty lists that have room for the boxes.
  private mutating func makeStrips(for boxes: UnsafeBufferPointer<Box>) {
    var (top, bottom) = (Double.infinity, -Double.infinity)
    for box in boxes { (top, bottom) = (min(top, box.centerY), max(bottom, box.centerY)) }
    // Sums of larger numbers may overflow.
    let isOrdinary = reach.isFinite && bottom > top && top > -1e100 && bottom < 1e100
    strips = isOrdinary ? min(max(boxes.count / Self.boxesPerStrip, 1), Self.maximumStrips) : 1
    self.top = top
    stripsPerPixel = Double(strips) / (bottom - top)
    for strip in 0..<strips { counts[strip] = 0 }
    for box in boxes { counts[strip(box.centerY)] += 1 }
    // The kernel reads whole blocks, with zeros past the end of a list.
    var end = 0
    for strip in 0..<strips {
      starts[strip] = end
      end += (counts[strip] + Self.block - 1) / Self.block * Self.block
      counts[strip] = 0
    }
    for array in 0..<5 { (numbers + array * capacity).update(repeating: 0, count: end) }
  }

  private func append(_ box: Box) {
    let strip = strip(box.centerY)
    let end = numbers + starts[strip] + counts[strip]
    end[0] = box.x1
    end[capacity] = box.y1
    end[2 * capacity] = box.x2
    end[3 * capacity] = box.y2
    end[4 * capacity] = box.area
    counts[strip] += 1
  }

  private func isSuppressed(_ box: Box, byDistance: Bool) -> Bool {
    // Rounding is less than what is added.
    let distance = box.height * (reach + 1e-9) + box.centerY.magnitude * 1e-12
    for strip in strip(box.centerY - distance)...strip(box.centerY + distance)
    where counts[strip] > 0 && overlaps(box, strip) {
      if !byDistance || isOverByDistance(box, strip) { return true }
    }
    return false
  }

  private func overlaps(_ box: Box, _ strip: Int) -> Bool {
    let first = numbers + starts[strip]
    let corners = (box.x1, box.y1, box.x2, box.y2)
    return withUnsafePointer(to: corners) { corners in
      corners.withMemoryRebound(to: Double.self, capacity: 4) { corners in
        ImageKernels.chosen.overlaps_any(
          gk_image_boxes(
            x1: first, y1: first + capacity, x2: first + 2 * capacity, y2: first + 3 * capacity,
            area: first + 4 * capacity),
          Int64(counts[strip]), corners, box.area, threshold)
      }
    } != 0
  }

  private func isOverByDistance(_ box: Box, _ strip: Int) -> Bool {
    let first = numbers + starts[strip]
    return (0..<counts[strip]).contains {
      Box(
        x1: first[$0], y1: first[capacity + $0], x2: first[2 * capacity + $0],
        y2: first[3 * capacity + $0]
      ).diou(box) > threshold
    }
  }

  /// The strip of a place; it never decreases from one place to a lower one.
  private func strip(_ y: Double) -> Int {
    strips == 1 ? 0 : Int(min(max((y - top) * stripsPerPixel, 0), Double(strips - 1)))
  }
}
