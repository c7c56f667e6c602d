import Basics
import Datasets
import Networks

/// The images that a run trains on and those that it validates on.
struct TrainingSplits {
  var training: Dataset
  /// Nil if nothing is validated.
  var validation: Dataset?
  /// What of the dataset is used, a sentence each.
  var remarks: [String] = []

  /// Opens the splits of a configuration: its classes, its fold and its fraction of the dataset.
  ///
  /// - Throws: `DatasetsError` for the dataset, `TrainingError` (`invalid`) for classes, folds and
  ///   fractions that do not suit it.
  static func open(
    _ config: TrainingConfig, runner: any ParallelExecutor
  ) throws -> TrainingSplits {
    if config.folds != nil || config.fold != nil {
      return try TrainingFolds(config, runner: runner).splits(config.fold)
    }
    return try TrainingSplits(config, runner: runner).taking(config.fraction, seed: config.seed)
  }

  /// Opens the train and val splits of the dataset with the classes of a configuration.
  init(_ config: TrainingConfig, runner: any ParallelExecutor) throws {
    let index = ImageIndex(for: config.data)
    defer { index.save() }
    // A detector needs only boxes; polygons and masks are for copy-paste.
    let needsMasks = ModelCatalog[config.model]?.task == .segmentation
    var reading = DatasetReading(
      segmentations: needsMasks || config.augmentation.copyPaste > 0,
      skipsInvalid: config.skipInvalid, runner: runner, images: index)
    reading.prefersMasks = needsMasks
    training = try Dataset.open(path: config.data, split: "train", reading: reading)
    let splits = try Dataset.splits(path: config.data, format: training.format)
    // The images of all folds are trained on.
    if config.folds == nil {
      reading.segmentations = needsMasks
      // As in `evaluate`, the objects of missing images count as missed.
      reading.keepsUnreadableImages = true
    }
    if splits.contains("val") {
      validation = try Dataset.open(
        path: config.data, split: "val", classNames: training.classNames, reading: reading)
    }
    let lost = (training.issues + (validation?.issues ?? [])).first { $0.kind.losesImage }
    if config.strict, let lost {
      throw DatasetsError("\(lost) With strict, no image may be left out")
    }
    try selectClasses(config)
  }

  init(training: Dataset, validation: Dataset?, remarks: [String] = []) {
    (self.training, self.validation, self.remarks) = (training, validation, remarks)
  }

  private mutating func selectClasses(_ config: TrainingConfig) throws(TrainingError) {
    let names = training.classNames
    if let words = config.classes {
      let classes = try ClassSelection.indices(words, among: names, of: training.path)
      let objects = training.annotationCount
      map { $0.selecting(classes: classes) }
      guard objects == 0 || training.annotationCount > 0 else {
        throw TrainingError(
          .invalid,
          "classes: no object of the train split is of \(training.classNames.joined(separator: ", "))"
            + "; choose other classes")
      }
      remarks.append(
        "Classes: \(classes.count) of \(names.count); "
          + "\(Sentence.count(objects - training.annotationCount, "training object")) of others are "
          + "background")
    }
    if config.singleClass {
      let count = Sentence.count(training.classNames.count, "class", plural: "classes")
      map { $0.joiningClasses(as: ClassSelection.singleName) }
      remarks.append("One class: \(ClassSelection.singleName), for \(count)")
    }
  }

  private mutating func map(_ change: (Dataset) -> Dataset) {
    training = change(training)
    validation = validation.map(change)
  }

  /// The same splits with a fraction of the training images, stratified by class.
  func taking(_ fraction: Double, seed: UInt64) throws(TrainingError) -> TrainingSplits {
    guard fraction < 1 else { return self }
    let count = training.samples.count
    let part = DatasetSplitter(seed: seed).split(
      [training], groups: Array(0..<count), ratios: [("train", fraction), ("rest", 1 - fraction)]
    )[0]
    guard !part.samples.isEmpty else {
      throw TrainingError(
        .invalid,
        "fraction: \(fraction.optionText) of \(Sentence.count(count, "training image")) is less than "
          + "one image; choose a larger fraction")
    }
    var result = self
    result.training = training.with(part.samples)
    result.remarks.append(
      "Fraction \(fraction.optionText): \(part.samples.count) of \(count) training images")
    return result
  }
}

/// The classes of `classes` and `single_cls`.
enum ClassSelection {
  /// The name of the class that all classes are joined to.
  static let singleName = "object"

  /// The class indices of names or indices separated by commas, in ascending order.
  ///
  /// Names are compared without case where none is equal; a class named "7" takes precedence over
  /// the index 7.
  ///
  /// - Throws: `TrainingError` (`invalid`) for a class that the dataset does not have.
  static func indices(
    _ words: String, among names: [String], of path: String
  ) throws(TrainingError) -> [Int] {
    var chosen: Set<Int> = []
    for part in words.split(separator: ",", omittingEmptySubsequences: false) {
      let word = String(part.drop { $0 == " " })
      let similar = names.firstIndex { $0.lowercased() == word.lowercased() }
      guard
        let index = names.firstIndex(of: word) ?? similar
          ?? Int(word).flatMap({ names.indices.contains($0) ? $0 : nil })
      else {
        let hint = Nearest.suggestion(for: word, among: names)
        throw TrainingError(
          .invalid,
          "classes: \(path) has no class \(Sentence.quoted(word))"
            + (hint.isEmpty
              ? "; it has \(names.enumerated().prefix(20).map { "\($0) \($1)" }.joined(separator: ", "))"
                + (names.count > 20 ? " ..." : "") : hint))
      }
      chosen.insert(index)
    }
    return chosen.sorted()
  }
}
