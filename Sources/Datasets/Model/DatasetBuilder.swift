import Basics
import Imaging

/// Converts a parsed dataset to samples: maps classes, measures images, validates boxes.
struct DatasetBuilder {
  /// The class names of the dataset that is built.
  let classNames: [String]
  /// The issues so far.
  private(set) var issues: [DatasetIssue]
  /// The number of images kept with an assumed size.
  private(set) var unmeasuredCount = 0
  private let parsed: ParsedDataset
  private let reading: DatasetReading
  /// Maps class indices of the files to indices into `classNames`; nil for classes not requested.
  private let classIndices: [Int?]

  init(parsed: ParsedDataset, wanted: [String]?, reading: DatasetReading) {
    self.parsed = parsed
    self.reading = reading
    let classes = ClassTable(wanted ?? parsed.classNames)
    classNames = classes.names
    issues = parsed.issues
    classIndices = parsed.classNames.map { classes[$0] }
  }

  /// The usable samples.
  mutating func samples(path: String) -> [Sample] {
    let records = reading.measuresImages ? measured() : nil
    var samples: [Sample] = []
    samples.reserveCapacity(parsed.images.count)
    /// For each image path, the index of its first entry and of its sample.
    var seen: [String: (entry: Int, sample: Int)] = [:]
    var unwanted = [Int](repeating: 0, count: parsed.classNames.count)
    var units: [Bool: BoxConventions] = [:]
    for (entry, image) in parsed.images.enumerated() {
      let earlier = seen[image.imagePath]
      if let earlier {
        // Either the same label file again, or different labels of the same image.
        let first = parsed.images[earlier.entry].objects
        let isRepeated =
          image.objects.isEmpty
          || image.objects.map(\.line) == first.map(\.line)
            && image.objects.map(\.id) == first.map(\.id)
        issues.report(
          .duplicateEntry, image.imagePath,
          isRepeated
            ? "the image is listed twice; used once."
            : "the image is listed twice, with different labels; they are merged.")
        if isRepeated { continue }
      }
      if reading.skipsInvalid, image.objects.isEmpty, [.broken, .unreadable].contains(image.labels)
      {
        issues.report(
          .missingLabels, image.imagePath,
          "none of the image's labels is valid; the image is left out.")
        continue
      }
      guard let size = size(of: image, measured: records?[entry]) else { continue }
      if let mask = image.maskPath, reading.measuresImages {
        guard fits(mask, size) else { continue }
      }
      var sample = Sample(
        imagePath: image.imagePath, imageWidth: size.width, imageHeight: size.height,
        annotations: [], imageClass: image.imageClass.flatMap { classIndices[$0] },
        maskPath: image.maskPath)
      if image.maskPath != nil, classNames != parsed.classNames {
        sample.maskClassIndices = classIndices
      }
      sample.annotations.reserveCapacity(image.objects.count)
      if reading.keepsSources { sample.ids = SourceIds(image: image.id) }
      var validator = BoxValidator(
        image: image, width: size.width, height: size.height, clipsBoxes: reading.clipsBoxes)
      for object in image.objects {
        count(object, size, in: &units)
        if let classIndex = classIndices[object.classIndex] {
          if let annotation = validator.annotation(of: object, classIndex: classIndex) {
            sample.annotations.append(annotation)
            sample.ids?.annotations.append(object.id)
          }
        } else {
          unwanted[object.classIndex] += 1
        }
      }
      issues += validator.issues
      if let earlier {
        samples[earlier.sample].annotations += sample.annotations
        samples[earlier.sample].ids?.annotations += sample.ids?.annotations ?? []
        continue
      }
      seen[image.imagePath] = (entry, samples.count)
      if reading.validates { reportIfUnlabeled(image) }
      samples.append(sample)
    }
    for finding in units.values.compactMap(\.finding) {
      let files = Set(parsed.images.map(\.labelPath))
      issues.report(
        Self.kind(of: finding), files.count == 1 ? files.first ?? path : path, "\(finding).")
    }
    for (name, count) in zip(parsed.classNames, unwanted) where count > 0 {
      issues.report(
        .unwantedClass, path,
        "\(count) boxes of the class \"\(name)\" are ignored; it is not among the "
          + "\(classNames.count) requested classes.")
    }
    return samples
  }

  /// Counts a box for the test whether all boxes follow the format's convention.
  private func count(
    _ object: ParsedObject, _ size: (width: Int, height: Int),
    in units: inout [Bool: BoxConventions]
  ) {
    let box: Box
    var isFraction = false
    switch object.extent {
    case .stated(let extent): box = extent.box.corners
    case .pixels(let corners): box = corners
    case .fractions(let corners):
      // The box of a polygon is not one that the file states.
      if object.segmentation != nil { return }
      (box, isFraction) = (corners, true)
    }
    units[
      isFraction, default: BoxConventions(parsed.boxLayout, expectsFractions: isFraction)
    ].add(box, width: size.width, height: size.height)
  }

  private static func kind(of finding: BoxConventions.Finding) -> DatasetIssue.Kind {
    switch finding {
    case .fractions, .pixels: .boxUnit
    case .layout: .boxLayout
    }
  }

  /// Throws if a split has no usable image or box.
  func refuseEmpty(
    _ samples: [Sample], path: String, split: String
  ) throws(DatasetsError) {
    let first = issues.first.map { " The first issue is: \($0)" } ?? ""
    if samples.isEmpty {
      throw DatasetsError(
        file: path,
        "the split \"\(split)\" lists \(parsed.images.count) images, and none of them "
          + "can be used.\(first)")
    }
    let objects = parsed.images.reduce(0) { $0 + $1.objects.count }
    if objects > 0 && samples.allSatisfy(\.annotations.isEmpty) {
      throw DatasetsError(
        file: path, "none of the \(objects) boxes of the split \"\(split)\" can be used.\(first)")
    }
  }

  private mutating func reportIfUnlabeled(_ image: ParsedImage) {
    guard image.objects.isEmpty, image.imageClass == nil, image.maskPath == nil,
      [.given, .absent].contains(image.labels)
    else { return }
    let found =
      image.labels == .absent ? "label file, which would be \(image.labelPath)" : "labels"
    issues.report(
      .unlabeledImage, image.imagePath, "the image has no \(found); it is a background image.")
  }

  // MARK: Sizes

  /// The record of each image, or the error of measuring it.
  private func measured() -> [Result<ImageRecord, ImagingError>] {
    reading.runner.map(parsed.images.count) { index in
      Result { () throws(ImagingError) in
        try reading.images.record(of: parsed.images[index].imagePath)
      }
    }
  }

  /// Whether a mask is readable and has its image's size; if not, an issue is reported.
  private mutating func fits(_ mask: String, _ size: (width: Int, height: Int)) -> Bool {
    do {
      let found = try reading.images.record(of: mask)
      if (found.width, found.height) == size { return true }
      issues.report(
        .sizeMismatch, mask,
        "the mask has \(found.width)x\(found.height) pixels, but its image "
          + "\(size.width)x\(size.height); both are ignored.")
    } catch {
      issues.report(.unreadableImage, mask, "\(error); its image is ignored.")
    }
    return false
  }

  /// The upright image size in pixels; nil if the image cannot be read, which is reported.
  private mutating func size(
    of image: ParsedImage, measured: Result<ImageRecord, ImagingError>?
  ) -> (width: Int, height: Int)? {
    let size: ImageRecord
    switch measured {
    case nil:
      guard let format = UnreadableFormat(path: image.imagePath) else {
        return image.statedSize ?? (0, 0)
      }
      issues.report(
        .unreadableImage, image.imagePath,
        "\(format.name) images cannot be read, convert it to JPEG or PNG first; ignored.")
      return nil
    case .success(let measured)?: size = measured
    case .failure(let error)?:
      let size = image.statedSize ?? (DatasetReading.assumedSize, DatasetReading.assumedSize)
      let consequence =
        !reading.keepsUnreadableImages
        ? "ignored"
        : image.statedSize == nil
          ? "its labels are kept, for an assumed size of \(size.width)x\(size.height) pixels"
          : "its labels are kept, for the stated size of \(size.width)x\(size.height) pixels"
      if FileContents.entry(image.imagePath) == .file {
        issues.report(.unreadableImage, image.imagePath, "\(error); \(consequence).")
      } else {
        let isFolder = FileContents.entry(image.imagePath) == .folder
        issues.report(
          .missingImage, image.imagePath,
          "the image \(isFolder ? "is a folder" : "does not exist"); \(consequence).")
      }
      guard reading.keepsUnreadableImages else { return nil }
      if image.statedSize == nil { unmeasuredCount += 1 }
      return size
    }
    guard let stated = image.statedSize, stated != (size.width, size.height) else {
      return (size.width, size.height)
    }
    if stated == (size.storedWidth, size.storedHeight) {
      issues.report(
        .orientationMismatch, image.labelPath,
        "the labels are of the \(stated.width)x\(stated.height) image as it is stored, but its "
          + "EXIF orientation turns \(FilePath.name(image.imagePath)) to "
          + "\(size.width)x\(size.height); boxes are used unchanged and are misplaced.")
    } else {
      issues.report(
        .sizeMismatch, image.labelPath,
        "the stated size is \(stated.width)x\(stated.height), "
          + "but the image has \(size.width)x\(size.height); boxes are used unchanged.")
    }
    return (size.width, size.height)
  }
}
