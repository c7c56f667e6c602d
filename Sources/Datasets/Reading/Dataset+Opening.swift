import Basics
import Imaging

extension Dataset {
  /// Opens a split of the dataset at a path; only headers of the images are read.
  ///
  /// - Parameters:
  ///   - path: A folder, or the description file of a format that has one (`data.yaml`, COCO's
  ///     `instances_val.json`).
  ///   - split: `train`, `val` (or `valid`), `test`, or another name that the dataset gives. A
  ///     dataset that is not split has all in `train`.
  ///   - format: How it lies on disk; found out from file names if nil.
  ///   - classNames: The classes wanted, in the order wanted, for instance those of a model.
  ///     Objects are joined to them by name, others are ignored and reported. If nil, the data
  ///     set's own: its list, or else all names that occur in any split, sorted.
  ///   - reading: How much is read, and for what.
  /// - Throws: `DatasetsError` for a path, split or label file that cannot be read, for text that
  ///   is not what the format demands, and where no image can be used; a survey has the latter two
  ///   among its `issues`, as all have issues of single images and boxes.
  public static func open(
    path: String, split: String, format: DatasetFormat? = nil, classNames: [String]? = nil,
    reading: DatasetReading = DatasetReading()
  ) throws(DatasetsError) -> Dataset {
    let format = try DatasetFormat.sniff(path, unless: format)
    if let classNames, Set(classNames).count < classNames.count {
      throw DatasetsError("a class name is given twice in: \(classNames.joined(separator: ", ")).")
    }
    let reader = try format.reader.init(path: path)
    let name = SplitName.canonical(split)
    guard reader.splits.contains(name) else { throw reader.noSplit(name, at: path) }
    let parsed = try reader.read(split: name, classNames: classNames, reading: reading)
    // Images need not lie below the path by which a dataset is opened.
    reading.images.exclude(
      Set(parsed.images.map { FilePath.folder($0.imagePath) }).union([reader.root]))
    if !reading.validates { try refuseMalformedLabels(parsed) }
    var builder = DatasetBuilder(parsed: parsed, wanted: classNames, reading: reading)
    let samples = builder.samples(path: path)
    if !reading.validates { try builder.refuseEmpty(samples, path: path, split: name) }
    return Dataset(
      path: path, format: format, split: name, classNames: builder.classNames, samples: samples,
      issues: builder.issues)
  }

  /// Training must not silently ignore labels that cannot be read.
  private static func refuseMalformedLabels(_ parsed: ParsedDataset) throws(DatasetsError) {
    let malformed = parsed.issues.filter { [.malformedLabels, .unknownClass].contains($0.kind) }
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
  public static func splits(
    path: String, format: DatasetFormat? = nil
  ) throws(DatasetsError) -> [String] {
    try DatasetFormat.sniff(path, unless: format).reader.init(path: path).splits
  }

  /// Opens several splits of a dataset, with one list of classes for all of them.
  ///
  /// Splits may list their classes in different orders, or not all of them: they are joined by
  /// name, in the order of the first split, and that they differ is an issue.
  ///
  /// - Parameters:
  ///   - path: As for `open`.
  ///   - splits: Which ones, in this order; if nil, `train`, `val` and `test` as far as there are
  ///     any, or else all.
  ///   - format: As for `open`.
  ///   - reading: As for `open`.
  /// - Throws: `DatasetsError`, as `open` does.
  public static func openAll(
    path: String, splits: [String]? = nil, format: DatasetFormat? = nil,
    reading: DatasetReading = DatasetReading()
  ) throws(DatasetsError) -> [Dataset] {
    let format = try DatasetFormat.sniff(path, unless: format)
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
