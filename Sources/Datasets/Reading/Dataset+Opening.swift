import Basics
import Imaging

extension Dataset {
  /// Opens a split of the dataset at a path. Of images, only the headers are read.
  ///
  /// - Parameters:
  ///   - path: A folder, or the description file of a format that has one (`data.yaml`, COCO's
  ///     `instances_val.json`).
  ///   - split: `train`, `val` (or `valid`), `test`, or another name that the dataset uses. In a
  ///     dataset without splits, everything is in `train`.
  ///   - format: The dataset's format; detected from file names if nil.
  ///   - classNames: The requested classes, in the requested order, for instance those of a model.
  ///     Objects are matched by class name; those of other classes are ignored and reported. If
  ///     nil, the dataset's own classes: its class list, or else all names that occur in any split,
  ///     sorted.
  ///   - reading: Options for what is read.
  /// - Throws: `DatasetsError` if a path, split or label file cannot be read, if a label file
  ///   violates its format, or if no image can be used. With `reading.validates`, the latter two
  ///   are issues instead, as issues of single images and boxes always are.
  public static func open(
    path: String, split: String, format: DatasetFormat? = nil, classNames: [String]? = nil,
    reading: DatasetReading = DatasetReading()
  ) throws(DatasetsError) -> Dataset {
    let format = try DatasetFormat.sniff(
      path, unless: format, prefersMasks: reading.prefersMasks)
    if let classNames, Set(classNames).count < classNames.count {
      throw DatasetsError("a class name is given twice in: \(classNames.joined(separator: ", ")).")
    }
    let reader = try format.reader.init(path: path)
    let name = SplitName.canonical(split)
    guard reader.splits.contains(name) else { throw reader.noSplit(name, at: path) }
    let parsed = try reader.read(split: name, classNames: classNames, reading: reading)
    // Images may lie outside of the dataset's path.
    reading.images.exclude(
      Set(parsed.images.map { FilePath.folder($0.imagePath) }).union([reader.root]))
    if !reading.validates, !reading.skipsInvalid { try refuseMalformedLabels(parsed) }
    var builder = DatasetBuilder(parsed: parsed, wanted: classNames, reading: reading)
    let samples = builder.samples(path: path)
    if !reading.validates { try builder.refuseEmpty(samples, path: path, split: name) }
    var dataset = Dataset(
      path: path, format: format, split: name, classNames: builder.classNames, samples: samples,
      issues: builder.issues, unmeasuredCount: builder.unmeasuredCount)
    dataset.ignoredClasses = builder.ignoredClasses
    dataset.hasKeypoints = parsed.hasKeypoints
    /// The values of the dataset's classes, from those of the files' classes.
    func ofClasses<Value>(_ values: [Value?]) -> [Value?] {
      let byName = Dictionary(zip(parsed.classNames, values), uniquingKeysWith: { a, _ in a })
      return dataset.classNames.map { byName[$0] ?? nil }
    }
    if reading.readsFederation { dataset.classFrequencies = ofClasses(parsed.classFrequencies) }
    dataset.ownClasses = parsed.classNames
    if reading.keepsSources {
      dataset.classIds = ofClasses(parsed.classIds)
      dataset.unread = parsed.unread
    }
    return dataset
  }

  /// Throws at the first malformed label: training must not ignore labels silently.
  private static func refuseMalformedLabels(_ parsed: ParsedDataset) throws(DatasetsError) {
    let malformed = parsed.issues.filter(\.kind.isInvalidLabel)
    guard let first = malformed.first else { return }
    let rest = malformed.count - 1
    throw DatasetsError(
      "\(first)"
        + (rest > 0
          ? " There \(rest == 1 ? "is" : "are") \(rest) more like it; \"glimpse check\" lists them."
          : "")
        + " train, evaluate, convert and split leave invalid labels out with --skip-invalid."
    )
  }

  /// The splits of the dataset at a path, in the usual order.
  ///
  /// - Throws: `DatasetsError` where its description cannot be read.
  public static func splits(
    path: String, format: DatasetFormat? = nil
  ) throws(DatasetsError) -> [String] {
    try DatasetFormat.sniff(path, unless: format).reader.init(path: path).splits
  }

  /// Opens several splits of a dataset, with one list of classes for all of them.
  ///
  /// The splits may have different class lists: classes are matched by name, in the order of the
  /// first split, and differences are reported as issues.
  ///
  /// - Parameters:
  ///   - path: As for `open`.
  ///   - splits: The splits to open, in this order; if nil, those of `train`, `val` and `test` that
  ///     exist, or else all.
  ///   - format: As for `open`.
  ///   - reading: As for `open`.
  /// - Throws: `DatasetsError`, as `open` does.
  public static func openAll(
    path: String, splits: [String]? = nil, format: DatasetFormat? = nil,
    reading: DatasetReading = DatasetReading()
  ) throws(DatasetsError) -> [Dataset] {
    let format = try DatasetFormat.sniff(
      path, unless: format, prefersMasks: reading.prefersMasks)
    var names = splits ?? []
    if splits == nil {
      let all = try Self.splits(path: path, format: format)
      let usual = all.filter(SplitName.usual.contains)
      names = usual.isEmpty ? all : usual
    }
    var seen: Set<String> = []
    var opened: [Dataset] = []
    for name in names where seen.insert(SplitName.canonical(name)).inserted {
      opened.append(try open(path: path, split: name, format: format, reading: reading))
    }
    return joined(opened)
  }
}
