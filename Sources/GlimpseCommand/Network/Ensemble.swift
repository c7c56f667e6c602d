import Glimpse

extension [WeightsSource] {
  /// Loads the weights of `detect` and `evaluate`: one detector, or several of the same classes.
  ///
  /// - Parameters:
  ///   - first: The first model, where it is loaded already.
  ///   - imageSize: The input size of networks of other programs; nil for their own.
  /// - Throws: `NetworksError` for an invalid file, a usage error if a model is not a detector or if
  ///   their classes differ.
  func loadDetectors(
    first: Model? = nil, _ imports: ImportChoice = ImportChoice(), imageSize: InputSize? = nil
  ) throws -> [Model] {
    var models: [Model] = []
    for source in self {
      let loaded = models.isEmpty ? first : nil
      var model = try loaded ?? source.load(model: .compact, imports)
      try source.checkDetector(model)
      try check(model.description.classNames, of: source, against: models.first)
      if let imageSize, model.imported != nil { model = try model.resized(to: imageSize) }
      models.append(model)
    }
    return models
  }

  /// Refuses classes that are not those of the first model; their order does not matter.
  private func check(
    _ classNames: [String], of source: WeightsSource, against first: Model?
  ) throws(CommandError) {
    guard let first = first?.description.classNames, first.sorted() != classNames.sorted() else {
      return
    }
    func only(_ names: [String], _ others: [String]) -> String {
      let missing = Set(others)
      let list = names.filter { !missing.contains($0) }.map { Sentence.quoted($0) }
      guard let example = list.first else { return "none" }
      return list.count == 1 ? example : "\(example) and \(list.count - 1) more"
    }
    throw .usage(
      "networks that are evaluated together need the same classes, but \(Sentence.printable(source.name)) \(source.has) "
        + "\(Sentence.count(classNames.count, "class", plural: "classes")) and "
        + "\(Sentence.printable(self[0].name)) \(self[0].has) \(first.count): only the former has "
        + "\(only(classNames, first)), only the latter \(only(first, classNames)); "
        + "give --weights of networks that were trained on the same classes")
  }
}

extension DetectionOptions {
  /// Refuses options that have no effect without others.
  func check(given names: Set<String>) throws(CommandError) {
    guard tile == nil, let option = ["overlap", "tile-merge"].first(where: names.contains) else {
      return
    }
    throw .usage("--\(option) is for tiles and has no effect without --tile <pixels>")
  }
}
