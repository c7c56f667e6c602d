import Imaging

/// The classes of a sample's pixels: what the file of its mask says or, without one, what its
/// outlines cover.
struct SampleMask {
  let sample: Sample
  /// Classes of the data set, 1...254.
  let classCount: Int

  /// A number for each pixel of the upright picture, as in `ClassPlanes`: 8-bit gray.
  func plane() throws(PictureCache.Unreadable) -> Image {
    guard let path = sample.maskPath else { return drawn }
    let image: Image
    do {
      image = try ImageFile.read(path, options: DecodeOptions(format: nil)).image
    } catch {
      throw problem(.unreadableImage, path, "\(error)")
    }
    guard image.width == sample.imageWidth, image.height == sample.imageHeight else {
      throw problem(
        .sizeMismatch, path,
        "the mask has \(image.width)x\(image.height) pixels, but its picture "
          + "\(sample.imageWidth)x\(sample.imageHeight)")
    }
    var plane = try gray(image, path)
    try number(&plane, path)
    return plane
  }

  private func problem(
    _ kind: DatasetProblem.Kind, _ path: String, _ reason: String
  ) -> PictureCache.Unreadable {
    PictureCache.Unreadable(
      problem: DatasetProblem(
        kind: kind, file: path, message: "\(reason); the next picture takes its place."))
  }

  /// The samples as they are stored; converting colors would make up numbers.
  private func gray(_ image: Image, _ path: String) throws(PictureCache.Unreadable) -> Image {
    if image.format == .gray8 { return image }
    guard image.format.bitDepth == 8 else {
      throw problem(.malformedLabels, path, "the mask has 16 bits a pixel, and 8 are expected")
    }
    let channels = image.format.channels
    var bytes: [UInt8] = []
    bytes.reserveCapacity(image.width * image.height)
    for start in stride(from: 0, to: image.bytes.count, by: channels) {
      let value = image.bytes[start]
      guard channels < 3 || image.bytes[start + 1] == value && image.bytes[start + 2] == value
      else {
        throw problem(
          .malformedLabels, path, "the mask has colors, and gray numbers of classes are expected")
      }
      bytes.append(value)
    }
    return Image(width: image.width, height: image.height, format: .gray8, bytes: bytes)
  }

  /// Turns a mask's samples into numbers of classes.
  ///
  /// Of one class, masks are drawn in black and white as well as with ones; JPEG blurs the former.
  private func number(_ plane: inout Image, _ path: String) throws(PictureCache.Unreadable) {
    if classCount == 1 {
      let least: UInt8 = plane.bytes.contains { $0 > 1 } ? 128 : 1
      for place in plane.bytes.indices { plane.bytes[place] = plane.bytes[place] >= least ? 1 : 0 }
      return
    }
    let wrong = plane.bytes.firstIndex { $0 > classCount && $0 != ClassPlanes.ignored }
    guard let wrong else { return }
    throw problem(
      .unknownClass, path,
      "the mask has the number \(plane.bytes[wrong]) at pixel (\(wrong % plane.width), "
        + "\(wrong / plane.width)), but there are \(classCount) classes, counted from 1")
  }

  /// Outlines in their order; nothing is known of the pixels in crowds and in boxes without one.
  private var drawn: Image {
    let (width, height) = (sample.imageWidth, sample.imageHeight)
    var plane = Image(
      width: width, height: height, format: .gray8, filledWith: ClassPlanes.ground)
    func isKnown(_ annotation: Annotation) -> Bool {
      !annotation.isCrowd && annotation.outline != nil
    }
    for annotation in sample.annotations where !isKnown(annotation) {
      plane.fill(annotation.pixels(width: width, height: height), with: ClassPlanes.ignored)
    }
    for annotation in sample.annotations where isKnown(annotation) {
      plane.fill(
        annotation.pixels(width: width, height: height),
        with: ClassPlanes.number(ofClass: annotation.classIndex))
    }
    return plane
  }
}
