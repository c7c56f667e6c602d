import Glimpse

/// What the file of a network of another program does not state.
struct ImportChoice: Sendable {
  /// What its outputs mean; nil recognizes them.
  var recipe: RecipeFamily?
  /// The names of its classes: `coco80`, `voc20`, or a file of one name per line.
  var names: String?

  /// The model of a file of another program, or of one that `import` wrote; nil for other weights.
  func model(_ path: String) throws -> Model? {
    if NetworkArchive.isAt(path) {
      let archive = try NetworkArchive(path)
      let stored = archive.recipe.flatMap { RecipeFamily[$0] }
      // The names of another recipe are of other classes.
      let isOwn = recipe == nil || recipe?.name == stored?.name
      return try NetworkFile(path: path).model(
        recipe ?? stored, classNames: classNames ?? (isOwn ? archive.classNames : nil))
    }
    guard NetworkFile.isForeign(path) else {
      try checkUnused(for: path)
      return nil
    }
    let (file, names) = (try NetworkFile(path: path), try classNames)
    do throws(InteropError) {
      return try file.model(recipe, classNames: names)
    } catch {
      if let error = CommandError(unreadable: file) { throw error }
      throw error
    }
  }

  /// Refuses the options for weights of Glimpse; `name` is that of the weights.
  func checkUnused(for name: String) throws(CommandError) {
    if let option = recipe != nil ? "recipe" : names != nil ? "names" : nil {
      throw .usage(
        "--\(option) is for networks of other programs, and \(Sentence.printable(name)) "
          + (name == WeightsSource.builtIn.name || name == WeightsSource.random.name ? "are" : "is")
          + " none; "
          + "give an .onnx or .cfg file")
    }
  }

  /// The names of the classes; nil for those of the recipe.
  var classNames: [String]? {
    get throws {
      switch names {
      case nil: nil
      case "coco80"?: ClassNames.coco80
      case "voc20"?: ClassNames.voc20
      case let path?: try ClassList.names(in: path, isNumbered: true)
      }
    }
  }
}

extension RecipeFamily: OptionValue {
  package static var noun: String { "one of the words" }
  package static var valueName: String { "name" }
  package static var words: [String] { all.map(\.name) }

  package init?(optionText: String) {
    guard let family = RecipeFamily[optionText.lowercased()] else { return nil }
    self = family
  }

  package var optionText: String { name }
}

extension Option {
  /// The options of networks of other programs.
  static func imports(_ path: Path<ImportChoice>) -> [Option] {
    let recipe = Option<ImportChoice>.value(
      "recipe", \.recipe, unset: "recognized from the outputs",
      help: "What the outputs of an .onnx or .cfg network mean")
    let names = Option<ImportChoice>.value(
      "names", \.names, unit: "file", unset: "the recipe's",
      help: "Class names of such a network: coco80, voc20, or a file with one per line")
    return [recipe, names].map { option in
      Option(
        name: option.name, short: nil, valueName: option.valueName, help: option.help,
        notes: { option.notes($0[keyPath: path]) }, words: option.words,
        apply: { (owner, text) throws(CommandError) in
          try option.apply(&owner[keyPath: path], text)
        })
    }
  }
}

extension Model {
  /// The task; nil for a network of another program whose outputs are unknown.
  var knownTask: ModelTask? { imported.map(\.recipe.task) ?? description.task }

  /// Refuses a network of another program that has another task.
  func check(_ task: ModelTask, of weights: WeightsSource) throws(CommandError) {
    guard let recipe = imported?.recipe, recipe.task != task else { return }
    if recipe.task == nil, let path = weights.path, let file = try? NetworkFile(path: path),
      let error = CommandError(unreadable: file)
    {
      throw error
    }
    let known = recipe.task.map { "a network for \($0.rawValue)" } ?? "no known kind of network"
    throw .usage(
      "\(Sentence.printable(weights.name)): by the recipe \(recipe.name) it is \(known); "
        + "--recipe names another one")
  }
}

extension CommandError {
  /// The error for an export of Glimpse's own whose outputs cannot be read back; nil for other networks.
  fileprivate init?(unreadable file: NetworkFile) {
    guard let how = file.unreadableExport else { return nil }
    self = .usage(
      "\(Sentence.printable(file.path)): exported by Glimpse \(how); give the .safetensors file, or "
        + "export with --decoded")
  }
}

extension DetectionOptions {
  /// Takes the thresholds of a network of another program for the options that were not given.
  mutating func adopt(_ model: Model, given names: Set<String>) {
    guard case .boxes(let rule, _)? = model.imported?.recipe.output else { return }
    let settings: [(String, Setting)] = [
      ("conf", .confidence), ("iou", .iou), ("nms", .nms), ("agnostic-nms", .isClassAgnostic),
    ]
    adopt(rule, except: Set(settings.filter { names.contains($0.0) }.map(\.1)))
  }
}

extension PrecisionChoice {
  /// `auto` is 32-bit where a network comes from another program: its precision is not measured.
  func of(_ models: [Model]) -> PrecisionChoice {
    self == .auto && models.contains { $0.imported != nil } ? .f32 : self
  }
}
