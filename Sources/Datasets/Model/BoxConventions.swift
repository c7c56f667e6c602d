import Imaging

/// Recognizes boxes in another unit or layout than the one that their format prescribes.
///
/// Fractions of the image in place of pixels, or corners in place of sizes, make boxes of which each
/// is possible. Only all boxes of a file together show the mistake.
package struct BoxConventions: Sendable {
  /// What the four numbers of a box are.
  package enum Layout: CaseIterable, Sendable {
    /// x1, y1, x2, y2.
    case corners
    /// x and y of the top left corner, width, height.
    case cornerAndSize
    /// x and y of the center, width, height.
    case centerAndSize
  }

  /// A convention that fits all boxes, and the prescribed one does not.
  package enum Finding: Hashable, Sendable {
    /// All coordinates are fractions, and pixels are expected.
    case fractions(count: Int)
    /// All coordinates are pixels, and fractions are expected.
    case pixels(count: Int)
    /// Many boxes leave the image, and none does with the numbers in another layout.
    case layout(Layout, count: Int, prescribed: Layout)
  }

  private let prescribed: Layout
  private let others: [Layout]
  private let expectsFractions: Bool
  private var count = 0
  private var areAllFractions = true
  private var areAllPixels = true
  /// Boxes that leave their image or have no area in the prescribed layout.
  private var misfits = 0
  /// For each of the other layouts, whether all boxes lie in their images.
  private var fits: [Bool]

  /// - Parameters:
  ///   - layout: The layout that the format prescribes; nil if other layouts make no sense there.
  ///   - expectsFractions: Whether numbers are fractions of the image and not pixels.
  package init(_ layout: Layout?, expectsFractions: Bool = false) {
    prescribed = layout ?? .corners
    others = layout == nil ? [] : Layout.allCases.filter { $0 != layout }
    self.expectsFractions = expectsFractions
    fits = others.map { _ in true }
  }

  /// Counts a box.
  ///
  /// - Parameters:
  ///   - numbers: The four numbers as in the file.
  ///   - width: The width of the image in pixels; 0 if it is unknown.
  ///   - height: The height of the image in pixels; 0 if it is unknown.
  package mutating func add(_ numbers: SIMD4<Double>, width: Int, height: Int) {
    // In images of a few pixels, boxes in pixels are small.
    if min(width, height) > 0, max(width, height) <= 2 { return }
    count += 1
    let box = Self.box(numbers, prescribed)
    // VOC's first pixel is 1, so that a fraction becomes a number from -1 to 1.
    areAllFractions =
      areAllFractions && min(box.x1, box.y1) >= -1 && max(box.x2, box.y2) <= 1.000_001
    areAllPixels = areAllPixels && min(numbers[2], numbers[3]) > 1.5
    let isSized = width > 0 && height > 0
    let sides = expectsFractions || !isSized ? (1.0, 1.0) : (Double(width), Double(height))
    if !Self.fits(box, sides, tolerance: expectsFractions ? 0.01 : 1) { misfits += 1 }
    for (place, layout) in others.enumerated() where fits[place] {
      fits[place] =
        (isSized || expectsFractions)
        && Self.fits(Self.box(numbers, layout), sides, tolerance: expectsFractions ? 0.001 : 0.5)
    }
  }

  /// What is wrong with all boxes together; nil if they follow the prescribed convention.
  package var finding: Finding? {
    guard count > 0 else { return nil }
    if !expectsFractions, areAllFractions { return .fractions(count: count) }
    if expectsFractions, areAllPixels { return .pixels(count: count) }
    // A few boxes beyond the image are usual.
    guard misfits * 4 >= count, let place = fits.firstIndex(of: true) else { return nil }
    return .layout(others[place], count: count, prescribed: prescribed)
  }

  private static func fits(
    _ box: Box, _ sides: (width: Double, height: Double), tolerance: Double
  ) -> Bool {
    box.x2 > box.x1 && box.y2 > box.y1 && box.x1 >= -tolerance && box.y1 >= -tolerance
      && box.x2 <= sides.width + tolerance && box.y2 <= sides.height + tolerance
  }

  private static func box(_ n: SIMD4<Double>, _ layout: Layout) -> Box {
    switch layout {
    case .corners: Box(x1: n[0], y1: n[1], x2: n[2], y2: n[3])
    case .cornerAndSize: Box(x1: n[0], y1: n[1], x2: n[0] + n[2], y2: n[1] + n[3])
    case .centerAndSize:
      Box(
        x1: n[0] - n[2] / 2, y1: n[1] - n[3] / 2, x2: n[0] + n[2] / 2, y2: n[1] + n[3] / 2)
    }
  }
}

extension BoxConventions {
  /// Counts the box of an object, unless it is that of a polygon, which no file states.
  mutating func add(_ object: ParsedObject, width: Int, height: Int) {
    let box: Box
    switch object.extent {
    case .stated(let extent): box = extent.box.corners
    case .pixels(let corners): box = corners
    case .fractions(let corners):
      if object.segmentation != nil { return }
      box = corners
    }
    let numbers: SIMD4<Double> =
      switch prescribed {
      case .corners: [box.x1, box.y1, box.x2, box.y2]
      case .cornerAndSize: [box.x1, box.y1, box.width, box.height]
      case .centerAndSize: [box.centerX, box.centerY, box.width, box.height]
      }
    add(numbers, width: width, height: height)
  }
}

extension BoxConventions.Layout: CustomStringConvertible {
  package var description: String {
    switch self {
    case .corners: "two corners (x1, y1, x2, y2)"
    case .cornerAndSize: "the top left corner and the size (x, y, width, height)"
    case .centerAndSize: "the center and the size (cx, cy, width, height)"
    }
  }
}

extension BoxConventions.Finding: CustomStringConvertible {
  /// A clause without a full stop.
  package var description: String {
    switch self {
    case .fractions(let count):
      "\(Self.boxes(count)) between 0 and 1, as fractions of the image are; pixels are expected"
    case .pixels(let count):
      "\(Self.boxes(count)) larger than 1, as pixels are; fractions of the image are expected"
    case .layout(let layout, let count, let prescribed):
      "\(Self.boxes(count)) inside of the image only if the numbers are \(layout); \(prescribed) "
        + "is expected"
    }
  }

  private static func boxes(_ count: Int) -> String {
    count == 1 ? "the only box is" : "all \(count) boxes are"
  }
}
