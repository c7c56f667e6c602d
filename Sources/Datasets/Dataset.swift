import Basics
import Imaging

/// One split of a dataset: its images, what is labeled in them, and what is wrong with it.
package struct Dataset: Hashable, Sendable {
  /// The file or folder that was opened.
  package let path: String
  /// How it lies on disk.
  package let format: DatasetFormat
  /// The split: `train`, `val`, `test` or another name that the dataset gives.
  package let split: String
  /// The classes; the annotations' class indices count into them.
  package let classNames: [String]
  /// The images that can be used, in the dataset's order.
  package let samples: [Sample]
  /// Every issue that was met, and what was done about it.
  package let issues: [DatasetIssue]

  /// Makes a dataset from its parts.
  package init(
    path: String, format: DatasetFormat, split: String, classNames: [String], samples: [Sample],
    issues: [DatasetIssue] = []
  ) {
    self.path = path
    self.format = format
    self.split = split
    self.classNames = classNames
    self.samples = samples
    self.issues = issues
  }

  /// Labeled objects in all images.
  package var annotationCount: Int { samples.reduce(0) { $0 + $1.annotations.count } }

  /// Labeled objects of each class, in order of `classNames`.
  package var annotationCounts: [Int] {
    var counts = [Int](repeating: 0, count: classNames.count)
    for sample in samples {
      for annotation in sample.annotations { counts[annotation.classIndex] += 1 }
    }
    return counts
  }

  /// Opens a split of the dataset at a path; only headers of the images are read.
  ///
  /// - Parameters:
  ///   - path: A folder, or the description file of a format that has one (`data.yaml`, COCO's
  ///     `instances_val.json`).
  ///   - split: `train`, `val` (or `valid`), `test`, or another name that the dataset gives. A
  ///     dataset that is not split has all in `train`.
  ///   - format: How it lies on disk; found out from file names if nil.
  ///   - classNames: The classes wanted, in the order wanted, for instance those of a model.
  ///     Objects are joined to them by name, others are left out and reported. If nil, the data
  ///     set's own: its list, or else all names that occur in any split, sorted.
  ///   - reading: How much is read, and for what.
  /// - Throws: `DatasetsError` for a path, split or label file that cannot be read, for text that
  ///   is not what the format demands, and where no image can be used; a survey has the latter two
  ///   among its `issues`, as all have issues of single images and boxes.
  package static func open(
    path: String, split: String, format: DatasetFormat? = nil, classNames: [String]? = nil,
    reading: DatasetReading = DatasetReading()
  ) throws(DatasetsError) -> Dataset {
    let format = if let format { format } else { try DatasetFormat.sniff(path) }
    if let classNames, Set(classNames).count < classNames.count {
      throw DatasetsError("a class name is given twice in: \(classNames.joined(separator: ", ")).")
    }
    let reader = try format.reader.init(path: path)
    let name = SplitName.canonical(split)
    guard reader.splits.contains(name) else {
      throw DatasetsError(
        file: path,
        "there is no split \"\(name)\"; there is "
          + reader.splits.map { "\"\($0)\"" }.joined(separator: ", ") + ".")
    }
    let raw = try reader.read(split: name, classNames: classNames, reading: reading)
    // Images need not lie below the path by which a dataset is opened.
    reading.images.keepOut(
      of: Set(raw.images.map { FilePath.folder($0.imagePath) }).union([reader.root]))
    if !reading.surveys { try refuseMalformedLabels(raw) }
    var assembly = DatasetBuilder(raw: raw, wanted: classNames, reading: reading)
    let samples = assembly.samples(path: path)
    if !reading.surveys { try assembly.refuseEmpty(samples, path: path, split: name) }
    return Dataset(
      path: path, format: format, split: name, classNames: assembly.classNames, samples: samples,
      issues: assembly.issues)
  }

  /// Nobody should train without some of their labels because these could not be read.
  private static func refuseMalformedLabels(_ raw: ParsedDataset) throws(DatasetsError) {
    let malformed = raw.issues.filter { [.malformedLabels, .unknownClass].contains($0.kind) }
    guard let first = malformed.first else { return }
    let rest = malformed.count - 1
    throw DatasetsError(
      "\(first)"
        + (rest > 0 ? " There are \(rest) more like it; \"glimpse check\" lists them." : "")
    )
  }

  /// The splits of the dataset at a path, in the usual order.
  ///
  /// - Throws: `DatasetsError` where its description cannot be read.
  package static func splits(
    path: String, format: DatasetFormat? = nil
  ) throws(DatasetsError) -> [String] {
    let format = if let format { format } else { try DatasetFormat.sniff(path) }
    return try format.reader.init(path: path).splits
  }
}
