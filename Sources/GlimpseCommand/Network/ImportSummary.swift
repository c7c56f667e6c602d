import Glimpse

/// A network of another program: what its file has, and how it is run.
struct ImportSummary {
  private let file: NetworkFile
  private let model: Model?
  /// Why it is no model; nil if it is one.
  private let problem: String?

  init(_ path: String, _ imports: ImportChoice) throws {
    file = try NetworkFile(path: path)
    do {
      model = try imports.model(path)
      problem = nil
    } catch let error as InteropError {
      (model, problem) = (nil, error.diagnostic.description)
    }
  }

  var text: String {
    var facts = Table([.shown("", isWords: true), .shown("", isWords: true)])
    func add(_ name: String, _ value: String) { facts.add([.text(name), .text(value)]) }
    add("format", file.facts.format)
    for input in inputs { add("input", input.summary) }
    for output in outputs { add("output", output.summary) }
    add("operators", file.facts.operators.map { "\($0.name) \($0.count)" }.joined(separator: ", "))
    guard let model, let recipe = model.imported?.recipe else {
      add("recipe", "none: \(problem ?? "")")
      return facts.text
    }
    add("parameters", "\(model.graph.parameterLayout.count)")
    add("FLOPs", "\(NumberFormat.decimal(model.graph.flops / 1e9)) GFLOP per image")
    add("recipe", "\(recipe.name): \(RecipeFamily[recipe.name]?.summary ?? "")")
    add("task", recipe.task?.rawValue ?? "unknown")
    add("image", recipe.input.summary)
    if case .boxes(let rule, _) = recipe.output { add("boxes", rule.summary) }
    if !recipe.classNames.isEmpty { add("classes", classes(recipe.classNames)) }
    return facts.text
  }

  var json: JSONValue {
    func list(_ ports: [NetworkOutline.Port]) -> JSONValue {
      .array(
        ports.map { port in
          [
            "name": .string(port.name),
            "shape": .array(port.dims.map { $0.map { .integer($0) } ?? .null }),
          ]
        })
    }
    let recipe = model?.imported?.recipe
    return [
      "format": .string(file.facts.format), "inputs": list(inputs), "outputs": list(outputs),
      "operators": .object(
        file.facts.operators.map { JSONMember(key: $0.name, value: .integer($0.count)) }),
      "parameters": model.map { .integer($0.graph.parameterLayout.count) } ?? .null,
      "gflop": model.map { .number($0.graph.flops / 1e9) } ?? .null,
      "recipe": recipe.map { .string($0.name) } ?? .null,
      "task": (recipe?.task).map { .string($0.rawValue) } ?? .null,
      "imgsz": model.map { $0.description.imageSize.json } ?? .null,
      "classes": recipe.map { .array($0.classNames.map { .string($0) }) } ?? .null,
      "problem": problem.map { .string($0) } ?? .null,
    ]
  }

  private var inputs: [NetworkOutline.Port] {
    file.inputs.map { .init(name: $0.name, dims: $0.dims) }
  }

  /// With extents where the network can be translated.
  private var outputs: [NetworkOutline.Port] { (try? file.outline())?.outputs ?? [] }

  private func classes(_ names: [String]) -> String {
    let shown = names.prefix(10).map(Sentence.printable).joined(separator: ", ")
    return "\(names.count): \(shown)" + (names.count > 10 ? " and \(names.count - 10) more" : "")
  }
}

extension ImportedInput {
  /// "416 x 416 BGR, letterbox at the top left, gray 114; (sample - 0) / 1".
  fileprivate var summary: String {
    let colors =
      switch channels {
      case .rgb: "RGB"
      case .bgr: "BGR"
      case .gray: "gray"
      }
    let fitting =
      switch fit {
      case .stretched: "stretched"
      case .letterbox(let isCentered, let fill):
        "letterbox \(isCentered ? "in the center" : "at the top left") over gray \(fill)"
      case .padded(let multiple): "not scaled, padded to multiples of \(multiple)"
      case .scaled(let factor): "scaled by \(factor.optionText)"
      case .strip: "scaled to the height, at the left"
      case .centerCrop(let fraction): "center of \(fraction.optionText) of the shorter side"
      }
    func list(_ values: [Float]) -> String {
      Set(values).count == 1
        ? values[0].optionText : "(\(values.map(\.optionText).joined(separator: ", ")))"
    }
    return "\(height) x \(width) \(colors), \(fitting); samples of 0 to 255 minus \(list(mean)), "
      + "divided by \(list(deviation))"
  }
}

extension Recipe.DetectionRule {
  fileprivate var summary: String {
    "score from \(confidence.optionText); NMS \(isClassAgnostic ? "of all classes" : "by class") at an "
      + "IoU of \(iou.optionText)" + (blends ? ", blending" : "")
  }
}
