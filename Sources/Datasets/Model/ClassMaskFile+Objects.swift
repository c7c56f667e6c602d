import Basics
import Imaging

/// Masks of single objects.
extension ClassMaskFile {
  /// The planes of one class from object numbers, 16-bit gray.
  static func planes(ofObjects objects: Image) -> MaskPlanes {
    var classes = Image(width: objects.width, height: objects.height, format: .gray8)
    objects.withNumbers { numbers in
      for place in numbers.indices where numbers[place] != 0 { classes.bytes[place] = 1 }
    }
    return MaskPlanes(classes: classes, objects: objects)
  }

  /// The numbers of a file beside the class mask, such as VOC's SegmentationObject, in which 255 of a
  /// palette is the border of objects.
  func objects(_ stored: Stored) throws(DatasetIssue) -> Image {
    if stored.image.format.bitDepth == 16 { return try stored.gray16() }
    var plane = try stored.gray8()
    for place in plane.bytes.indices where plane.bytes[place] == Self.ignored {
      plane.bytes[place] = Self.background
    }
    return plane.numbers16
  }

  /// The objects of a folder with a file for each, in the order of their names; where objects overlap,
  /// the later one is seen.
  func joinedObjects() throws(DatasetIssue) -> MaskPlanes {
    let names: [String]
    do {
      names = try FileContents.names(in: path).filter(FilePath.isAnyImage)
    } catch {
      throw DatasetIssue(.unreadableImage, path, "\(error.diagnostic.what)")
    }
    guard names.count < Int(UInt16.max) else {
      throw DatasetIssue(
        .malformedLabels, path,
        "the folder has masks of \(names.count) objects; 65534 are possible.")
    }
    var objects = [UInt16](repeating: 0, count: sample.imageWidth * sample.imageHeight)
    for (index, name) in names.enumerated() {
      let stored = try Stored(FilePath.join(path, name), for: sample)
      let threshold: UInt16 = stored.codec == .jpeg ? 128 : 1
      let plane =
        stored.image.format.bitDepth == 16
        ? try stored.gray16() : try stored.gray8().numbers16
      plane.withNumbers { numbers in
        for place in objects.indices where numbers[place] >= threshold {
          objects[place] = UInt16(index + 1)
        }
      }
    }
    return Self.planes(
      ofObjects: Image(
        width: sample.imageWidth, height: sample.imageHeight, numbers: objects))
  }
}

extension ClassMaskFile {
  /// A decoded mask file of its image's size.
  struct Stored {
    let path: String
    let image: Image
    let codec: Codec?
    /// Whether the image holds palette indices.
    let isPalette: Bool

    /// - Parameter readsIndices: Whether indices of a palette of colors are read instead of the
    ///   colors.
    init(_ path: String, for sample: Sample, readsIndices: Bool = true) throws(DatasetIssue) {
      self.path = path
      do throws(ImagingError) {
        let bytes = try ImageFile.bytes(path)
        let policy = DecodePolicy(format: nil, acceptsTruncated: false)
        codec = Codec(signatureOf: bytes)
        let indices =
          readsIndices
          ? try ImageFile.paletteIndices(of: bytes, name: path, policy: policy) : nil
        isPalette = indices != nil
        if let indices {
          image = indices
        } else {
          image = try ImageFile.decode(bytes, name: path, policy: policy).image
        }
      } catch {
        throw DatasetIssue(.unreadableImage, path, "\(error.problem).")
      }
      guard image.width == sample.imageWidth, image.height == sample.imageHeight else {
        throw DatasetIssue(
          .sizeMismatch, path,
          "the mask has \(image.width)x\(image.height) pixels, but its image "
            + "\(sample.imageWidth)x\(sample.imageHeight).")
      }
    }

    /// The stored gray values of 8 bits; a conversion of colors would change the numbers.
    func gray8() throws(DatasetIssue) -> Image {
      if image.format == .gray8 { return image }
      guard image.format.bitDepth == 8 else {
        throw DatasetIssue(
          .malformedLabels, path, "the mask has 16 bits per pixel, and 8 are expected.")
      }
      let channels = image.format.channels
      let starts = stride(from: 0, to: image.bytes.count, by: channels)
      if channels >= 3,
        let start = starts.first(where: {
          image.bytes[$0] != image.bytes[$0 + 1] || image.bytes[$0] != image.bytes[$0 + 2]
        })
      {
        let pixel = start / channels
        let color = image.bytes[start..<start + 3].map(String.init).joined(separator: " ")
        throw DatasetIssue(
          .malformedLabels, path,
          "the mask has colors, and gray class numbers are expected: pixel (\(pixel % image.width), "
            + "\(pixel / image.width)) is \(color). A classes.txt with lines such as \"name \(color)\""
            + " gives colors a meaning.")
      }
      return Image(
        width: image.width, height: image.height, format: .gray8,
        bytes: starts.map { image.bytes[$0] })
    }

    /// The stored gray values of 16 bits.
    func gray16() throws(DatasetIssue) -> Image {
      guard image.format.channels == 1 else {
        throw DatasetIssue(
          .malformedLabels, path,
          "the mask has \(image.format.channels) channels of 16 bits, and object numbers in one are "
            + "expected.")
      }
      return image
    }
  }
}
