import Basics
import Imaging

/// The mask of an image in files, for semantic and instance segmentation.
package struct ClassMaskFile {
  /// The value of pixels without a class.
  package static let background: UInt8 = 0
  /// The value of pixels that are neither class nor background.
  package static let ignored: UInt8 = 255

  let path: String
  let sample: Sample
  private let classCount: Int

  /// The mask of a sample; nil if it has none.
  package init?(of sample: Sample, classCount: Int) {
    guard let path = sample.maskPath else { return nil }
    self.path = path
    self.sample = sample
    self.classCount = classCount
  }

  /// The mask of the upright image: 8-bit gray with 0 for the background, 1 for the first
  /// class and so on, 255 for ignored pixels.
  package func plane() throws(DatasetIssue) -> Image { try planes(ofObjects: false).classes }

  /// The mask of the upright image.
  ///
  /// - Parameter ofObjects: Whether a file of object numbers beside the class mask is read, too.
  package func planes(ofObjects: Bool = true) throws(DatasetIssue) -> MaskPlanes {
    var planes: MaskPlanes
    switch sample.maskEncoding {
    case .objectFiles: planes = try joinedObjects()
    case .colors(let colors): planes = MaskPlanes(classes: try classes(of: colors))
    case .numbers: planes = try numbered(Stored(path, for: sample))
    }
    if ofObjects, let file = sample.objectMaskPath {
      planes.objects = try objects(Stored(file, for: sample))
    }
    selectClasses(&planes)
    return planes
  }

  /// Whether the mask is a folder of files.
  package var isFolder: Bool { sample.maskEncoding == .objectFiles }

  /// The number of classes in the numbering of the mask file.
  var fileClassCount: Int { sample.maskClassIndices?.count ?? classCount }

  /// Changes class numbers of the file to those of the dataset.
  private func selectClasses(_ planes: inout MaskPlanes) {
    guard let indices = sample.maskClassIndices else { return }
    let numbers = (UInt8(0)...255).map { number in
      guard indices.indices.contains(Int(number) - 1) else { return number }
      return indices[Int(number) - 1].map { UInt8($0 + 1) } ?? Self.background
    }
    for place in planes.classes.bytes.indices {
      planes.classes.bytes[place] = numbers[Int(planes.classes.bytes[place])]
    }
    // Objects of classes that were not requested are background.
    planes.objects = planes.objects.map { objects in
      var kept = objects.withNumbers { Array($0) }
      for place in kept.indices where planes.classes.bytes[place] == Self.background {
        kept[place] = 0
      }
      return Image(width: objects.width, height: objects.height, numbers: kept)
    }
  }

  /// Class numbers, object numbers or black and white.
  private func numbered(_ stored: Stored) throws(DatasetIssue) -> MaskPlanes {
    guard fileClassCount == 1 || stored.codec != .jpeg else {
      throw DatasetIssue(
        .malformedLabels, path, "JPEG compression changes class numbers; save the mask as PNG.")
    }
    if stored.image.format.bitDepth == 16 {
      guard fileClassCount == 1 else {
        throw DatasetIssue(
          .malformedLabels, path, "the mask has 16 bits per pixel, and 8 are expected.")
      }
      return Self.planes(ofObjects: try stored.gray16())
    }
    let plane = try stored.gray8()
    if fileClassCount == 1 {
      return stored.isPalette
        ? Self.oneClass(ofPalette: plane) : Self.oneClass(plane, isLossy: stored.codec == .jpeg)
    }
    try check(plane)
    return MaskPlanes(classes: plane)
  }

  /// The mask of one class: 1, and 255 for ignored pixels; or black and white, perhaps with shades
  /// between them; or, without 255, object numbers.
  private static func oneClass(_ plane: Image, isLossy: Bool) -> MaskPlanes {
    var isSeen = [Bool](repeating: false, count: 256)
    for value in plane.bytes { isSeen[Int(value)] = true }
    let hasOthers = isSeen[2..<255].contains(true)
    if isSeen[1], !hasOthers { return MaskPlanes(classes: plane) }
    if hasOthers, !isSeen[255], !isLossy {
      return planes(ofObjects: plane.numbers16)
    }
    var plane = plane
    for place in plane.bytes.indices { plane.bytes[place] = plane.bytes[place] >= 128 ? 1 : 0 }
    return MaskPlanes(classes: plane)
  }

  /// The mask of one class in palette indices: 1 or object numbers, and 255 for ignored pixels.
  private static func oneClass(ofPalette plane: Image) -> MaskPlanes {
    guard plane.bytes.contains(where: { $0 > 1 && $0 != ignored }) else {
      return MaskPlanes(classes: plane)
    }
    var numbers = plane
    for place in plane.bytes.indices where plane.bytes[place] == ignored {
      numbers.bytes[place] = background
    }
    var planes = planes(ofObjects: numbers.numbers16)
    for place in plane.bytes.indices where plane.bytes[place] == ignored {
      planes.classes.bytes[place] = ignored
    }
    return planes
  }

  /// Throws at a number that no class has.
  private func check(_ plane: Image) throws(DatasetIssue) {
    let count = fileClassCount
    guard let place = plane.bytes.firstIndex(where: { $0 > count && $0 != Self.ignored }) else {
      return
    }
    throw DatasetIssue(
      .unknownClass, path,
      "the mask has the number \(plane.bytes[place]) at pixel (\(place % plane.width), "
        + "\(place / plane.width)), but there are \(count) classes, counted from 1.")
  }

  /// The class numbers of a mask of colors.
  private func classes(of colors: MaskColors) throws(DatasetIssue) -> Image {
    let stored = try Stored(path, for: sample, readsIndices: false)
    guard stored.codec != .jpeg else {
      throw DatasetIssue(
        .malformedLabels, path,
        "JPEG compression changes the colors of classes; save the mask as PNG.")
    }
    let (image, channels) = (stored.image, stored.image.format.channels)
    guard image.format.bitDepth == 8 else {
      throw DatasetIssue(
        .malformedLabels, path,
        "the mask has 16 bits per sample, and colors of 8 bits are expected.")
    }
    if channels < 3, colors.haveNoGray { return try numbered(stored).classes }
    var plane = Image(width: image.width, height: image.height, format: .gray8)
    var last: (key: UInt32, number: UInt8) = (0, colors.numbers[0] ?? Self.background)
    for place in plane.bytes.indices {
      let start = place * channels
      let key =
        channels < 3
        ? UInt32(image.bytes[start]) * 0x01_01_01
        : MaskColors.key(
          image.bytes[start], image.bytes[start + 1], image.bytes[start + 2])
      if key != last.key {
        guard let number = colors.numbers[key] else {
          throw DatasetIssue(
            .unknownClass, path,
            "the mask has the color \(MaskColors.text(key)) (\(key >> 16) \(key >> 8 & 255) "
              + "\(key & 255)) at pixel (\(place % plane.width), \(place / plane.width)), which the "
              + "list of classes does not have.")
        }
        last = (key, number)
      }
      plane.bytes[place] = last.number
    }
    return plane
  }
}
