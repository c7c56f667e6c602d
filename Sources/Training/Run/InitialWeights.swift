import Basics
import Engine
import Networks

/// Loads initial parameters from a weights file.
enum InitialWeights {
  /// Loads the parameters that match by name and shape. The rows of the class layers are matched by the
  /// names of the classes. All other parameters keep their random values.
  ///
  /// - Returns: A sentence for the log.
  /// - Throws: `NetworksError` for a file that is not safetensors, `TrainingError` if the file is of
  ///   another model or none of its parameters matches.
  static func load(_ source: WeightsSource, into model: Model) throws -> String {
    let file: Safetensors
    switch source {
    case .random: return "Randomly initialized"
    case .builtIn: file = try DefaultWeights.file(of: model.description.name)
    case .file(let path): file = try Safetensors(path: path, isTrained: true)
    }
    if file.isCheckpoint {
      throw TrainingError(
        .invalid,
        "\(source.name) is the checkpoint of a training, not a weights file; give "
          + "weights/best.safetensors or weights/last.safetensors beside it, or resume the run with "
          + "--resume")
    }
    guard file.metadata["format"] != Safetensors.networkFormat else {
      throw TrainingError(
        .invalid,
        "\(source.name) is a network of another program, which is for inference only; give weights of "
          + "\(model.description.name), or --weights none")
    }
    let description = try? file.modelDescription()
    if let description, description.name != model.description.name {
      throw TrainingError(
        .invalid,
        "\(source.name): these weights are of \(description.name), not of "
          + "\(model.description.name); choose --model \(description.name), or other weights")
    }
    let parameters = model.parameters
    let initial = parameters.copy()
    // The file may hold a whole network or only a backbone.
    var report = file.load(into: parameters)
    if report.loaded.isEmpty { report = file.load(into: parameters, prefix: "backbone.") }
    guard !report.loaded.isEmpty else {
      throw TrainingError(
        .invalid,
        "\(source.name): none of its tensors fits the model; train with --weights none instead")
    }
    var transferred = Set(report.loaded)
    var rest = ""
    if let description {
      let classes = ClassRows(
        old: description.classNames, new: model.description.classNames)
      if !classes.areEqual {
        let layers = classes.transfer(from: file, to: parameters, initial: initial)
        transferred.subtract(layers)
        rest =
          "; class layers: "
          + (!layers.isEmpty
            ? classes.summary : report.unfit.isEmpty ? classes.inOrder : classes.random)
      }
    } else if let name = report.missing.first {
      rest = "; the others, such as \(Sentence.printable(name)), are randomly initialized"
    }
    return
      "Transferred \(transferred.count) of \(Sentence.count(parameters.layout.entries.count, "tensor")) "
      + "from \(source.name)" + rest
  }
}

/// The rows of class layers that two lists of classes have in common.
private struct ClassRows {
  let old: [String]
  let new: [String]

  var areEqual: Bool { old == new }

  /// For each new class, the row of the old class of the same name.
  private var rows: [Int?] {
    let places = Dictionary(
      old.enumerated().map { ($1.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    return new.map { places[$0.lowercased()] }
  }

  var summary: String {
    let common = rows.count { $0 != nil }
    return common == 0
      ? random
      : "\(common) of \(Sentence.count(new.count, "class", plural: "classes")) by name"
        + (common < new.count ? ", the others randomly initialized" : "")
  }

  var random: String {
    "randomly initialized (\(old.count) to \(Sentence.count(new.count, "class", plural: "classes")))"
  }

  /// Of networks whose outputs are not matched by name, as those of segmentation.
  var inOrder: String {
    "transferred in their order, from \(Sentence.beginning(of: old.map(Sentence.printable))) to "
      + Sentence.beginning(of: new.map(Sentence.printable))
  }

  /// Sets the class layers, which have one row per class and lie in scopes named `class`; returns their
  /// names.
  func transfer(
    from file: Safetensors, to parameters: ParameterBlock, initial: ParameterBlock
  ) -> [String] {
    var names: [String] = []
    for entry in parameters.layout.entries where entry.name.split(separator: ".").contains("class")
    {
      guard let stored = file.entries[entry.name], stored.shape.first == old.count,
        entry.publicShape.first == new.count,
        stored.shape.dropFirst() == entry.publicShape.dropFirst(),
        let values = file.values(entry.name), values.allSatisfy(\.isFinite)
      else { continue }
      var (_, result) = initial.exported(entry)
      let width = result.count / new.count
      for (row, place) in rows.enumerated() {
        guard let place else { continue }
        result.replaceSubrange(
          row * width..<(row + 1) * width, with: values[place * width..<(place + 1) * width])
      }
      parameters.importValues(result, for: entry)
      names.append(entry.name)
    }
    return names
  }
}
