import Basics
import Imaging

/// A COCO `segmentation` as written in the file, before the image size is known.
package indirect enum COCOSegmentation {
  /// Polygons, each a list x, y, x, y ... in pixels; empty if the object has none.
  case polygons([[Double]])
  /// Uncompressed RLE: run lengths, and the size of the mask in pixels.
  case counts([Int], width: Int, height: Int)
  /// Compressed RLE, and the size of the mask in pixels.
  case text(String, width: Int, height: Int)

  /// Parses the value at the scanner's position.
  package init(_ scanner: inout JSONScanner) throws(JSONFault) {
    if scanner.peek() == UInt8(ascii: "[") {
      var polygons: [[Double]] = []
      var list = try scanner.array("the polygons of an object")
      // VIA writes the numbers of a single polygon without a list of their own.
      var flat: [Double] = []
      while try scanner.element(&list) {
        if scanner.peek() == UInt8(ascii: "[") {
          polygons.append(try scanner.numbers())
        } else {
          flat.append(try scanner.number("a polygon, a list of numbers,"))
        }
      }
      if !flat.isEmpty { polygons.append(flat) }
      self = .polygons(polygons)
      return
    }
    let start = scanner.offset
    var counts: [Int]?
    var text: String?
    var size: [Double]?
    var members = try scanner.object("the runs of a mask")
    while let key = try scanner.member(&members) {
      if scanner.matches(key, "size") {
        size = try scanner.numbers()
      } else if scanner.matches(key, "counts") {
        if scanner.peek() == UInt8(ascii: "[") {
          counts = []
          var list = try scanner.array("lengths of runs")
          while try scanner.element(&list) { counts?.append(try scanner.integer("a run")) }
        } else {
          text = try scanner.string()
        }
      } else {
        try scanner.skip()
      }
    }
    let sides = (size ?? []).compactMap { Int(exactly: $0) }
    guard sides.count == 2 else {
      throw JSONFault("a mask needs \"size\": [height, width]", at: start)
    }
    if let text {
      self = .text(text, width: sides[1], height: sides[0])
    } else if let counts {
      self = .counts(counts, width: sides[1], height: sides[0])
    } else {
      throw JSONFault("a mask needs \"counts\"", at: start)
    }
  }

  /// The mask; polygons are rasterized at the size of the image.
  ///
  /// - Parameter isLenient: Whether polygons that lack numbers are drawn as pycocotools does it; if
  ///   not, they are errors.
  package func mask(
    imageWidth: Int, imageHeight: Int, isLenient: Bool = false
  ) throws(ImagingError) -> RunLengthMask {
    switch self {
    case .polygons(let polygons):
      try RunLengthMask(
        width: imageWidth, height: imageHeight, polygons: polygons, isLenient: isLenient)
    case .counts(let counts, let width, let height):
      try RunLengthMask(width: width, height: height, counts: counts)
    case .text(let text, let width, let height):
      try RunLengthMask(width: width, height: height, text: text)
    }
  }
}

extension COCOSegmentation {
  /// Whether there are neither polygons nor runs.
  package var isEmpty: Bool {
    if case .polygons(let polygons) = self { polygons.allSatisfy(\.isEmpty) } else { false }
  }

  /// The size of a run-length encoded mask, as stated with it; nil for polygons.
  package var statedSize: (width: Int, height: Int)? {
    switch self {
    case .polygons: nil
    case .counts(_, let width, let height), .text(_, let width, let height): (width, height)
    }
  }

  /// The number of numbers of the first polygon that has fewer than three corners or half a corner.
  package var invalidPolygon: Int? {
    guard case .polygons(let polygons) = self else { return nil }
    return polygons.first { $0.count < 6 || $0.count % 2 == 1 }?.count
  }

  /// The box around all polygons or, without any, around the object's mask.
  package func bounds(of mask: RunLengthMask?) -> SizedBox? {
    polygonBounds.map { SizedBox($0) } ?? mask.map { SizedBox($0.bounds) }
  }

  /// The box around all polygons; nil for masks and without corners.
  fileprivate var polygonBounds: Box? {
    guard case .polygons(let polygons) = self else { return nil }
    return Polygon(polygons.flatMap { $0.prefix($0.count / 2 * 2) }).bounds
  }
}

extension COCOFile.Row {
  /// The box around the polygons or mask of an annotation without a box. The area is the stated one,
  /// or else that of the mask, or of the box where the size of the image is unknown.
  func segmentedExtent(of image: COCOFile.Image) throws(ImagingError) -> StatedExtent {
    guard let segmentation else { return StatedExtent(box: box, area: area) }
    var mask: RunLengthMask?
    if segmentation.polygonBounds == nil || !hasArea && image.width > 0 && image.height > 0 {
      mask = try segmentation.mask(
        imageWidth: image.width, imageHeight: image.height, isLenient: true)
    }
    let box = segmentation.bounds(of: mask) ?? box
    return StatedExtent(
      box: box, area: hasArea ? area : mask.map { Double($0.area) } ?? box.area)
  }
}

extension SizedBox {
  /// The box around a region of pixels.
  package init(_ region: PixelRegion) {
    self.init(
      x: Double(region.x), y: Double(region.y), width: Double(region.width),
      height: Double(region.height))
  }
}

extension JSONScanner {
  /// Skips the next value if it is an empty list; returns whether it was.
  package mutating func skipEmptyList() throws(JSONFault) -> Bool {
    var next = self
    guard next.take(UInt8(ascii: "[")), next.take(UInt8(ascii: "]")) else { return false }
    self = next
    return true
  }

  /// Reads `iscrowd`: true, or a number other than 0, marks a crowd.
  mutating func isCrowd() throws(JSONFault) -> Bool {
    guard let byte = peek(), byte == UInt8(ascii: "t") || byte == UInt8(ascii: "f") else {
      return try number("\"iscrowd\", 0 or 1,") != 0
    }
    return try boolean("\"iscrowd\"")
  }

  fileprivate mutating func numbers() throws(JSONFault) -> [Double] {
    var numbers: [Double] = []
    var list = try array("numbers")
    while try element(&list) { numbers.append(try number()) }
    return numbers
  }

  /// Parses a COCO box [x, y, width, height].
  package mutating func sizedBox() throws(JSONFault) -> SizedBox {
    let start = offset
    var list = try array("a box [x, y, width, height]")
    var numbers = SIMD4<Double>()
    var count = 0
    while try element(&list) {
      let number = try number("a number of the box")
      if count < 4 { numbers[count] = number }
      count += 1
    }
    guard count == 4 else {
      throw JSONFault(
        "a box is [x, y, width, height], but this list has \(count) numbers", at: start)
    }
    return SizedBox(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
  }
}
