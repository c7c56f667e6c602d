import Basics
import Engine
import Networks

extension NetworkFile {
  /// Makes a model of the network.
  ///
  /// - Parameters:
  ///   - family: What its outputs mean; nil recognizes them.
  ///   - classNames: The names of the classes; nil for the family's.
  /// - Throws: `InteropError` for a network that cannot be translated, does not take one image, or
  ///   whose outputs are not those of the family; or if the number of names is not that of the classes.
  package func model(
    _ family: RecipeFamily? = nil, classNames: [String]? = nil
  ) throws(InteropError) -> Model {
    let outline = try outline()
    let found = family.map { $0.recipe(for: outline) } ?? RecipeFamily.recognized(outline)
    guard var recipe = found else {
      throw InteropError(
        family.map { "the recipe \($0.name) takes \($0.expected)" }
          ?? "its input has \(outline.channels) channels, and images have 1 or 3",
        found: outline.outputs.map(\.summary).joined(separator: ", "), in: path,
        advice: family == nil
          ? "'glimpse run' runs it on tensors" : "leave --recipe out to have it recognized")
    }
    if let classNames, recipe.task != nil {
      // Names of all channels of a map: there is no background.
      if case .map = recipe.output, classNames.count == recipe.classNames.count + 1 {
        recipe.output = .map(hasBackground: false)
        recipe.classNames = classNames
      }
      guard classNames.count == recipe.classNames.count else {
        throw InteropError(
          "it has \(Sentence.count(recipe.classNames.count, "class", plural: "classes")), and --names "
            + "has \(classNames.count)", in: path)
      }
      recipe.classNames = classNames
    }
    let program = ImportedProgram(
      recipe: recipe, hasFreeSize: outline.hasFreeSize
    ) { (height, width) throws(EngineError) in
      do throws(InteropError) {
        return try instance(height, width)
      } catch {
        throw EngineError(error.diagnostic)
      }
    }
    do throws(EngineError) {
      return try Model(program, name: outline.name, task: recipe.task ?? .classification)
    } catch {
      throw InteropError(error.diagnostic)
    }
  }

  /// The input and the outputs, for images of the usual size.
  package func outline() throws(InteropError) -> NetworkOutline {
    let inputs = inputs
    guard inputs.count == 1, let input = inputs.first, input.dims.count == 4,
      input.type?.isFloat == true
    else {
      let list = inputs.map { NetworkOutline.Port(name: $0.name, dims: $0.dims).summary }
      throw InteropError(
        "its inputs are not one image of numbers with a fraction",
        found: list.joined(separator: ", "),
        in: path, advice: "'glimpse run' runs it on tensors")
    }
    let axes = imageAxes
    let stated = (height: input.dims[axes.height], width: input.dims[axes.width])
    let imported = try usualSize(stated, input.name)
    let dims = imported.inputs[0].dims
    return NetworkOutline(
      name: FilePath.stem(FilePath.name(path)), input: .init(name: input.name, dims: input.dims),
      height: dims[axes.height], width: dims[axes.width], channels: dims[axes.channels],
      hasFreeSize: stated.height == nil || stated.width == nil,
      outputs: imported.outputs.map { .init(name: $0.name, dims: $0.dims) },
      metadata: metadata, yoloHeads: yoloHeads)
  }

  /// The network at its own size, or where this is free, at the first usual one that it can have.
  private func usualSize(
    _ stated: (height: Int?, width: Int?), _ name: String
  ) throws(InteropError) -> ImportedNetwork {
    if isDarknet || stated.height != nil && stated.width != nil {
      let axes = imageAxes
      guard !isDarknet, let height = stated.height, let width = stated.width else {
        return try imported()
      }
      return try imported(inputDims: [name: dims(height, width, axes)])
    }
    var first: InteropError?
    for side in [320, 640, 224, 416, 512] {
      do throws(InteropError) {
        return try imported(
          inputDims: [name: dims(stated.height ?? side, stated.width ?? side, imageAxes)])
      } catch {
        first = first ?? error
      }
    }
    throw first ?? InteropError("it takes no usual size of images", in: path)
  }

  /// The axes of the image in the only input: channels last where their number is small there.
  private var imageAxes: (channels: Int, height: Int, width: Int) {
    let dims = inputs[0].dims
    let isLast = dims[3].map { $0 <= 4 } == true && (dims[1] ?? .max) > 4
    return isLast ? (3, 1, 2) : (1, 2, 3)
  }

  /// The extents of the input for an image.
  private func dims(
    _ height: Int, _ width: Int, _ axes: (channels: Int, height: Int, width: Int)
  ) -> [Int] {
    var dims = [1, 1, 1, 1]
    dims[axes.channels] = inputs[0].dims[axes.channels] ?? 3
    (dims[axes.height], dims[axes.width]) = (height, width)
    return dims
  }

  /// The network for one image.
  private func instance(
    _ height: Int, _ width: Int
  ) throws(InteropError) -> ImportedProgram.Instance {
    let network = try imported(inputDims: [inputs[0].name: dims(height, width, imageAxes)])
    let ports = network.outputs
    return ImportedProgram.Instance(graph: network.graph, parameters: network.parameters) { views in
      zip(ports, views).map { port, view in
        OutputTensor(
          name: port.name, dims: port.dims, values: port.rowMajor(view.tensor().values))
      }
    }
  }
}

extension NetworkOutline.Port {
  /// "output 1 x 3549 x 85".
  package var summary: String {
    let extents = dims.map { $0.map(String.init) ?? "?" }.joined(separator: " x ")
    return "\(printable(name)) \(extents)"
  }
}
