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
  /// The number of boxes of each class of the files that was not requested.
  private var unwanted: [Int]
  /// Tests whether all boxes follow the format's convention.
  private var conventions: BoxConventions

  init(parsed: ParsedDataset, wanted: [String]?, reading: DatasetReading) {
    self.parsed = parsed
    self.reading = reading
    let classes = ClassTable(wanted ?? parsed.classNames)
    classNames = classes.names
    issues = parsed.issues
    conventions = parsed.conventions
    unwanted = [Int](repeating: 0, count: parsed.classNames.count)
    classIndices = parsed.classNames.map { classes[$0] }
  }

  /// The usable samples.
  mutating func samples(path: String) -> [Sample] {
    let records = reading.measuresImages ? measured() : nil
    var samples: [Sample] = []
    samples.reserveCapacity(parsed.images.count)
    /// For each image path, the index of its first entry and of its sample.
    var seen: [String: (entry: Int, sample: Int)] = [:]
    for (entry, image) in parsed.images.enumerated() {
      let earlier = seen[image.imagePath]
      if let earlier {
        let isRepeated =
          image.objects.isEmpty || image.objects == parsed.images[earlier.entry].objects
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
      if let mask = image.maskPath, image.maskEncoding != .objectFiles, reading.measuresImages,
        !fits(mask, size)
      {
        continue
      }
      let sample = sample(of: image, size)
      if let earlier {
        samples[earlier.sample].annotations += sample.annotations
        samples[earlier.sample].ids?.annotations += sample.ids?.annotations ?? []
        continue
      }
      seen[image.imagePath] = (entry, samples.count)
      if reading.validates { reportIfUnlabeled(image) }
      samples.append(sample)
    }
    reportAllBoxes(path)
    return samples
  }

  /// The sample of an image with the valid ones of its boxes.
  private mutating func sample(of image: ParsedImage, _ size: (width: Int, height: Int)) -> Sample {
    var sample = Sample(
      imagePath: image.imagePath, imageWidth: size.width, imageHeight: size.height,
      annotations: [], imageClass: image.imageClass.flatMap { classIndices[$0] },
      maskPath: image.maskPath, maskEncoding: image.maskEncoding,
      objectMaskPath: image.objectMaskPath)
    if image.maskPath != nil, classNames != parsed.classNames {
      sample.maskClassIndices = classIndices
    }
    sample.labeledClasses = image.labeledClasses?.mapped { classIndices[$0] }
    if reading.keepsSources { sample.ids = SourceIds(image: image.id) }
    sample.annotations.reserveCapacity(image.objects.count)
    var validator = BoxValidator(
      image: image, width: size.width, height: size.height, clipsBoxes: reading.clipsBoxes)
    for object in image.objects {
      conventions.add(object, width: size.width, height: size.height)
      guard let classIndex = classIndices[object.classIndex] else {
        unwanted[object.classIndex] += 1
        continue
      }
      guard let annotation = validator.annotation(of: object, classIndex: classIndex) else {
        continue
      }
      sample.annotations.append(annotation)
      sample.ids?.annotations.append(object.id)
    }
    issues += validator.issues
    return sample
  }

  /// Reports boxes in another convention, and those of classes that were not requested.
  private mutating func reportAllBoxes(_ path: String) {
    if let finding = conventions.finding {
      let files = Set(parsed.images.map(\.labelPath))
      let kind: DatasetIssue.Kind = if case .layout = finding { .boxLayout } else { .boxUnit }
      issues.report(kind, files.count == 1 ? files.first ?? path : path, "\(finding).")
    }
    let ignored = zip(parsed.classNames, unwanted).filter { $0.1 > 0 }.sorted { $0.1 > $1.1 }
    guard !ignored.isEmpty else { return }
    issues.report(
      .unwantedClass, path,
      "\(Sentence.count(ignored.reduce(0) { $0 + $1.1 }, "box", plural: "boxes")) of "
        + "\(Sentence.count(ignored.count, "class", plural: "classes")) that are not among the "
        + "\(reading.classesAre) are ignored: "
        + Sentence.beginning(of: ignored.map { "\($0.0) (\($0.1))" }) + ".")
  }

  /// The classes of the files that have boxes and were not requested.
  var ignoredClasses: [String] {
    zip(parsed.classNames, unwanted).filter { $0.1 > 0 }.map(\.0)
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
    if objects > 0, classIndices.allSatisfy({ $0 == nil }) {
      throw DatasetsError(
        file: path,
        "no class in common: the dataset has \(Sentence.beginning(of: parsed.classNames)), and "
          + "none of the \(reading.classesAre): \(Sentence.beginning(of: classNames)).")
    }
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
      issues.report(.unreadableImage, mask, "\(error.problem); its image is ignored.")
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
        issues.report(.unreadableImage, image.imagePath, "\(error.problem); \(consequence).")
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
