import Imaging

/// The class mask file of an image, for semantic segmentation.
package struct ClassMaskFile {
  /// The value of pixels without a class.
  package static let background: UInt8 = 0
  /// The value of pixels that are neither class nor background.
  package static let ignored: UInt8 = 255

  private let path: String
  private let sample: Sample
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
  package func plane() throws(DatasetIssue) -> Image {
    let bytes: [UInt8]
    let image: Image
    do {
      bytes = try ImageFile.bytes(path)
      image = try ImageFile.decode(
        bytes, name: path, policy: DecodePolicy(format: nil, acceptsTruncated: false)
      ).image
    } catch {
      throw DatasetIssue(.unreadableImage, path, "\(error.problem).")
    }
    guard fileClassCount == 1 || Codec(signatureOf: bytes) != .jpeg else {
      throw DatasetIssue(
        .malformedLabels, path, "JPEG compression changes class numbers; save the mask as PNG.")
    }
    guard image.width == sample.imageWidth, image.height == sample.imageHeight else {
      throw DatasetIssue(
        .sizeMismatch, path,
        "the mask has \(image.width)x\(image.height) pixels, but its image "
          + "\(sample.imageWidth)x\(sample.imageHeight).")
    }
    var plane = try gray(image)
    try number(&plane)
    return plane
  }

  /// The stored gray values; a color conversion would change the class numbers.
  private func gray(_ image: Image) throws(DatasetIssue) -> Image {
    if image.format == .gray8 { return image }
    guard image.format.bitDepth == 8 else {
      throw DatasetIssue(
        .malformedLabels, path, "the mask has 16 bits per pixel, and 8 are expected.")
    }
    let (bytes, channels) = (image.bytes, image.format.channels)
    let starts = stride(from: 0, to: bytes.count, by: channels)
    let isGray =
      channels < 3
      || starts.allSatisfy { bytes[$0] == bytes[$0 + 1] && bytes[$0] == bytes[$0 + 2] }
    guard isGray else {
      throw DatasetIssue(
        .malformedLabels, path, "the mask has colors, and gray class numbers are expected.")
    }
    return Image(
      width: image.width, height: image.height, format: .gray8, bytes: starts.map { bytes[$0] })
  }

  /// Converts stored mask values to the values that `plane` returns.
  ///
  /// With one class, masks may be black and white, even as JPEG, or hold 1, and 255 for ignored
  /// pixels.
  private func number(_ plane: inout Image) throws(DatasetIssue) {
    var isSeen = [Bool](repeating: false, count: 256)
    for value in plane.bytes { isSeen[Int(value)] = true }
    var numbers = [UInt8](0...255)
    if fileClassCount == 1, !isSeen[1] || isSeen[2..<255].contains(true) {
      for value in 0...255 { numbers[value] = value >= 128 ? 1 : 0 }
    } else if let wrong = (0..<255).last(where: { isSeen[$0] && $0 > fileClassCount }) {
      let place = plane.bytes.firstIndex(of: UInt8(wrong)) ?? 0
      throw DatasetIssue(
        .unknownClass, path,
        "the mask has the number \(wrong) at pixel (\(place % plane.width), "
          + "\(place / plane.width)), but there are \(fileClassCount) classes, counted from 1.")
    }
    if let indices = sample.maskClassIndices {
      numbers = numbers.map { number in
        guard indices.indices.contains(Int(number) - 1) else { return number }
        return indices[Int(number) - 1].map { UInt8($0 + 1) } ?? Self.background
      }
    }
    for place in plane.bytes.indices { plane.bytes[place] = numbers[Int(plane.bytes[place])] }
  }

  /// The number of classes in the numbering of the mask file.
  private var fileClassCount: Int { sample.maskClassIndices?.count ?? classCount }
}
