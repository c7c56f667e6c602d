import Imaging

/// Turns what label files say into samples: joins classes, opens pictures, checks boxes.
struct Assembly {
  /// The classes of the result.
  let classNames: [String]
  /// What was met so far.
  private(set) var problems: [DatasetProblem]
  private let raw: RawDataset
  private let reading: DatasetReading
  /// For each class of the files, its index in `classNames`, or nil where it is not wanted.
  private let classIndices: [Int?]

  init(raw: RawDataset, wanted: [String]?, reading: DatasetReading) {
    self.raw = raw
    self.reading = reading
    let names = wanted ?? raw.classNames
    classNames = names
    problems = raw.problems
    let places = Dictionary(
      names.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    classIndices = raw.classNames.map { places[$0] }
  }

  /// All samples that can be used.
  mutating func samples(path: String) -> [Sample] {
    let sizes = measuredSizes()
    var samples: [Sample] = []
    samples.reserveCapacity(raw.pictures.count)
    /// For each picture its first entry, and its sample.
    var seen: [String: (entry: Int, sample: Int)] = [:]
    var unwanted = [Int](repeating: 0, count: raw.classNames.count)
    for (entry, (picture, measured)) in zip(raw.pictures, sizes).enumerated() {
      let earlier = seen[picture.imagePath]
      if let earlier {
        // The same label file again, or other labels of the same picture.
        guard !picture.objects.isEmpty,
          picture.objects.map(\.line) != raw.pictures[earlier.entry].objects.map(\.line)
            || picture.objects.map(\.id) != raw.pictures[earlier.entry].objects.map(\.id)
        else {
          report(
            .duplicateEntry, picture.imagePath, "the picture is listed twice; it is taken once.")
          continue
        }
        report(
          .duplicateEntry, picture.imagePath,
          "the picture is listed twice, with labels of its own each time; they are joined.")
      }
      guard let size = size(of: picture, measured: measured) else { continue }
      if let mask = picture.maskPath, reading.measuresPictures {
        guard fits(mask, size) else { continue }
      }
      var sample = Sample(
        imagePath: picture.imagePath, imageWidth: size.width, imageHeight: size.height,
        annotations: [])
      sample.imageClass = picture.imageClass.flatMap { classIndices[$0] }
      sample.maskPath = picture.maskPath
      if picture.maskPath != nil, classNames != raw.classNames {
        sample.maskClassIndices = classIndices
      }
      sample.annotations.reserveCapacity(picture.objects.count)
      var checker = BoxChecker(
        picture: picture, width: size.width, height: size.height, cutsBoxes: reading.cutsBoxes)
      for object in picture.objects {
        guard let classIndex = classIndices[object.classIndex] else {
          unwanted[object.classIndex] += 1
          continue
        }
        guard let annotation = checker.annotation(of: object, classIndex: classIndex) else {
          continue
        }
        sample.annotations.append(annotation)
      }
      problems += checker.problems
      if let earlier {
        samples[earlier.sample].annotations += sample.annotations
        continue
      }
      seen[picture.imagePath] = (entry, samples.count)
      if reading.surveys { tellIfUnlabeled(picture) }
      samples.append(sample)
    }
    for (index, count) in unwanted.enumerated() where count > 0 {
      report(
        .unwantedClass, path,
        "\(count) boxes of the class \"\(raw.classNames[index])\" are left "
          + "out; it is not among the \(classNames.count) classes asked for.")
    }
    return samples
  }

  /// Refuses a split of which nothing is left.
  func refuseEmpty(
    _ samples: [Sample], path: String, split: String
  ) throws(DatasetsError) {
    let first = problems.first.map { " The first problem is: \($0)" } ?? ""
    if samples.isEmpty {
      throw DatasetsError(
        file: path,
        "the split \"\(split)\" lists \(raw.pictures.count) pictures, and none of them "
          + "can be used.\(first)")
    }
    let objects = raw.pictures.reduce(0) { $0 + $1.objects.count }
    if objects > 0 && samples.allSatisfy(\.annotations.isEmpty) {
      throw DatasetsError(
        file: path, "none of the \(objects) boxes of the split \"\(split)\" can be used.\(first)")
    }
  }

  private mutating func report(
    _ kind: DatasetProblem.Kind, _ file: String, line: Int? = nil, _ message: String
  ) {
    problems.append(DatasetProblem(kind: kind, file: file, line: line, message: message))
  }

  private mutating func tellIfUnlabeled(_ picture: RawPicture) {
    guard picture.objects.isEmpty, picture.imageClass == nil, picture.maskPath == nil else {
      return
    }
    switch picture.labels {
    case .broken: break
    case .absent:
      report(
        .unlabeledImage, picture.imagePath,
        "the picture has no label file, which would be \(picture.labelPath); it is background.")
    case .given:
      report(
        .unlabeledImage, picture.imagePath, "nothing is labeled in the picture; it is background.")
    }
  }

  // MARK: Sizes

  /// What measuring a picture gave; nil where pictures are not measured.
  private func measuredSizes() -> [Result<PictureFacts, ImagingError>?] {
    guard reading.measuresPictures else {
      return [Result<PictureFacts, ImagingError>?](repeating: nil, count: raw.pictures.count)
    }
    return reading.runner.map(raw.pictures.count) { index in
      Result { () throws(ImagingError) in try reading.pictures.facts(raw.pictures[index].imagePath)
      }
    }
  }

  /// Whether a mask can be read and has its picture's size; what does not is reported.
  private mutating func fits(_ mask: String, _ size: (width: Int, height: Int)) -> Bool {
    do {
      let found = try reading.pictures.facts(mask)
      if (found.width, found.height) == size { return true }
      report(
        .sizeMismatch, mask,
        "the mask has \(found.width)x\(found.height) pixels, but its picture "
          + "\(size.width)x\(size.height); both are left out.")
    } catch {
      report(.unreadableImage, mask, "\(error); its picture is left out.")
    }
    return false
  }

  /// The picture's upright size in pixels, or nil where it cannot be read, which is reported.
  private mutating func size(
    of picture: RawPicture, measured: Result<PictureFacts, ImagingError>?
  ) -> (width: Int, height: Int)? {
    let size: PictureFacts
    switch measured {
    case nil: return picture.statedSize ?? (0, 0)
    case .success(let measured)?: size = measured
    case .failure(let error)?:
      if FileContents.entry(picture.imagePath) == .file {
        report(.unreadableImage, picture.imagePath, "\(error); it is left out.")
      } else {
        report(.missingImage, picture.imagePath, "the picture does not exist; it is left out.")
      }
      return nil
    }
    if let stated = picture.statedSize, stated != (size.width, size.height) {
      if stated == (size.storedWidth, size.storedHeight) {
        report(
          .orientationMismatch, picture.labelPath,
          "the labels are of the \(stated.width)x\(stated.height) picture as it is stored, but its "
            + "EXIF orientation turns \(FilePath.name(picture.imagePath)) to "
            + "\(size.width)x\(size.height); boxes are taken as they are, and lie elsewhere.")
      } else {
        report(
          .sizeMismatch, picture.labelPath,
          "the stated size is \(stated.width)x\(stated.height), "
            + "but the picture has \(size.width)x\(size.height); boxes are taken as they are.")
      }
    }
    return (size.width, size.height)
  }
}
