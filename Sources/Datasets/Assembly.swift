import Imaging

/// Turns what label files say into samples: joins classes, opens pictures, checks boxes.
struct Assembly {
  /// The classes of the result.
  let classNames: [String]
  /// What was met so far.
  private(set) var problems: [DatasetProblem]
  private let raw: RawDataset
  /// For each class of the files, its index in `classNames`, or nil where it is not wanted.
  private let classIndices: [Int?]

  init(raw: RawDataset, wanted: [String]?) {
    self.raw = raw
    let names = wanted ?? raw.classNames
    classNames = names
    problems = raw.problems
    let places = Dictionary(
      names.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    classIndices = raw.classNames.map { places[$0] }
  }

  /// All samples that can be used; throws where none can, or none of the labels.
  mutating func samples(path: String, split: String) throws(DatasetsError) -> [Sample] {
    var samples: [Sample] = []
    var seen: Set<String> = []
    var unwanted = [Int](repeating: 0, count: raw.classNames.count)
    for picture in raw.pictures {
      guard seen.insert(picture.imagePath).inserted else {
        report(.duplicateEntry, picture.imagePath, "the picture is listed twice; it is taken once.")
        continue
      }
      guard let size = size(of: picture) else { continue }
      var sample = Sample(
        imagePath: picture.imagePath, imageWidth: size.width, imageHeight: size.height,
        annotations: [])
      for object in picture.objects {
        guard let classIndex = classIndices[object.classIndex] else {
          unwanted[object.classIndex] += 1
          continue
        }
        guard let box = checkedBox(of: object, in: picture, size: size) else { continue }
        var annotation = Annotation(
          box: box, classIndex: classIndex, isCrowd: object.isCrowd,
          isDifficult: object.isDifficult)
        if case .stated(let extent) = object.extent { annotation.stated = extent }
        sample.annotations.append(annotation)
      }
      samples.append(sample)
    }
    for (index, count) in unwanted.enumerated() where count > 0 {
      report(
        .unwantedClass, path,
        "\(count) boxes of the class \"\(raw.classNames[index])\" are left "
          + "out; it is not among the \(classNames.count) classes asked for.")
    }
    try check(samples, path: path, split: split)
    return samples
  }

  /// Refuses a split of which nothing is left.
  private func check(
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

  /// The picture's upright size in pixels, or nil where it cannot be read, which is reported.
  private mutating func size(of picture: RawPicture) -> (width: Int, height: Int)? {
    guard FileContents.entry(picture.imagePath) == .file else {
      report(
        .missingImage, picture.imagePath, "the picture does not exist; it is left out.")
      return nil
    }
    let size: (width: Int, height: Int)
    do {
      size = try PictureFile.size(picture.imagePath)
    } catch {
      report(.unreadableImage, picture.imagePath, "\(error); it is left out.")
      return nil
    }
    if let stated = picture.statedSize, stated != size {
      report(
        .sizeMismatch, picture.labelPath,
        "the stated size is \(stated.width)x\(stated.height), "
          + "but the picture has \(size.width)x\(size.height); boxes are taken as they are.")
    }
    return size
  }

  /// The object's box in pixels, cut to the picture, or nil where nothing is left of it.
  private mutating func checkedBox(
    of object: RawObject, in picture: RawPicture, size: (width: Int, height: Int)
  ) -> Box? {
    let width = Double(size.width)
    let height = Double(size.height)
    let box: Box
    switch object.extent {
    case .pixels(let corners): box = corners
    case .stated(let extent): box = extent.box.corners
    case .fractions(let corners):
      box = Box(
        x1: corners.x1 * width, y1: corners.y1 * height, x2: corners.x2 * width,
        y2: corners.y2 * height)
    }
    let file = picture.labelPath
    // Where no line tells which box it is, its numbers and the picture do.
    var subject: String {
      object.line == nil
        ? "the box (\(box.x1), \(box.y1)) to (\(box.x2), \(box.y2)) of "
          + FilePath.name(picture.imagePath) : "the box"
    }
    if !(box.x2 > box.x1 && box.y2 > box.y1) {
      report(
        .boxWithoutArea, file, line: object.line,
        "\(subject) has no width or no height; it is left out.")
      return nil
    }
    let cut = box.clipped(toWidth: width, height: height)
    if !(cut.x2 > cut.x1 && cut.y2 > cut.y1) {
      report(
        .boxOutsideImage, file, line: object.line,
        "\(subject) lies outside of the \(size.width)x\(size.height) picture; it is left out.")
      return nil
    }
    let overhang = max(cut.x1 - box.x1, cut.y1 - box.y1, box.x2 - cut.x2, box.y2 - cut.y2)
    if overhang > 1 {
      report(
        .boxBeyondImage, file, line: object.line,
        "\(subject) reaches beyond the \(size.width)x\(size.height) picture; it is cut.")
    }
    if cut.width <= 1 || cut.height <= 1 {
      report(
        .tinyBox, file, line: object.line,
        "\(subject) is at most one pixel wide or high; it is kept.")
    }
    return cut
  }
}
