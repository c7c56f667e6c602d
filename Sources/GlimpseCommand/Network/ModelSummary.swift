import Glimpse

/// The layers, parameters, FLOPs and memory of a network.
struct ModelSummary: Sendable {
  private let model: ModelDescription
  /// One op of the network in training a row, normalization not folded.
  private let layers: Table
  /// Trainable parameters.
  private let parameters: Int
  /// Buffers: the statistics of normalization.
  private let statistics: Int
  /// FLOPs of inference with one image: a multiply-add counts as two.
  private let flops: Double
  /// Bytes of activations and of weights, as they are and packed, for one image.
  private let activationBytes: Int
  private let weightBytes: Int
  /// Bytes that the program takes at most with one image: the above, the weights before
  /// normalization was folded into them, and the program itself.
  private let inferenceBytes: Int
  /// The memory of a training, without its image cache.
  private let training: TrainingMemory
  private let precision: Precision
  private let threads = Machine.availableThreads

  /// Estimates without running anything; `batch` is that of training.
  init(_ loaded: Model, batch: Int, precision: Precision) throws(EngineError) {
    model = loaded.description
    self.precision = precision
    let graph = loaded.graph
    layers = Self.table(of: graph)
    let layout = graph.parameterLayout
    parameters = layout.trainable.count
    statistics = layout.count - layout.trainable.count
    let folded = graph.optimizedForInference
    let plan = try Plan(
      folded, inputShapes: [model.inputShape(n: 1)], mode: .inference,
      kernels: Kernels(InstructionSet.chosen(), precision: precision))
    let floatBytes = MemoryLayout<Float>.size
    flops = folded.flops
    activationBytes = (plan.arenaCount + plan.workspaceCount * threads) * floatBytes
    weightBytes = plan.preparedCount * floatBytes + folded.parameterLayout.byteCount
    inferenceBytes = TrainingMemory.program + layout.byteCount + activationBytes + weightBytes
    training = try TrainingMemory(
      model: loaded, optimizer: .auto, batch: batch, sampleCount: 0, precision: precision,
      threads: threads)
  }

  private static func table(of graph: Graph) -> Table {
    var table = Table([
      .words("layer", key: "name"), .words("kind"), .words("output"), .shown("parameters"),
      .hidden("parameters"), .shown("MFLOP"), .hidden("mflop"),
    ])
    for node in graph.nodes {
      let output = graph.shapes[node.output]
      let parameters = node.op.parameters.reduce(0) {
        $0 + ($1.kind == .statistic ? 0 : $1.count)
      }
      let flops = node.op.flops(node.inputs.map { graph.shapes[$0] }, output)
      let megaFLOP = Table.Value.number(flops / 1e6, digits: 2)
      table.add([
        .text(node.name), .text(node.op.kind), .extents([output.h, output.w, output.c]),
        parameters > 0 ? .integer(parameters) : .blank, .integer(parameters),
        flops > 0 ? megaFLOP : .blank, megaFLOP,
      ])
    }
    return table
  }

  /// For people: the layers, then the totals.
  var text: String {
    let side = model.imageSize
    let bytes = NumberFormat.bytes
    let facts = Table(facts: [
      "model": "\(model.name): \(ModelCatalog[model.name]?.summary ?? "")",
      "classes": .text(classes),
      "input": "\(side) x \(side) x 3 (height x width x channels)",
      "layers": .integer(layers.rows.count),
      "parameters": "\(parameters) trainable, \(statistics) in buffers",
      "FLOPs": "\(NumberFormat.decimal(flops / 1e9)) GFLOP per image with normalization folded",
      "inference": .text(
        "\(bytes(inferenceBytes)) of memory for one image (weights \(bytes(weightBytes)), "
          + "activations \(bytes(activationBytes)))"),
      "training": .text(
        "\(bytes(training.total)) of memory at batch size \(training.batch) "
          + "(parameters \(bytes(training.parameters)), step \(bytes(training.step)), "
          + "validation \(bytes(training.validation)))"),
      "precision": "\(precision.rawValue), \(Sentence.count(threads, "thread"))",
    ])
    return layers.text + "\n" + facts.text
  }

  /// The count of classes and their names, as many as a line has room for.
  private var classes: String {
    var text = "\(model.classNames.count): "
    for (index, name) in model.classNames.enumerated() {
      let next = (index > 0 ? ", " : "") + Sentence.printable(name)
      let rest = model.classNames.count - index
      guard index == 0 || rest == 1 || text.count + next.count <= Self.widestList else {
        return text + " and \(rest) more"
      }
      text += next
    }
    return text
  }

  private static let widestList = 160

  /// For scripts: memory in bytes, shapes as height, width, channels.
  var json: JSONValue {
    [
      "model": .string(model.name), "classes": .array(model.classNames.map { .string($0) }),
      "imgsz": .integer(model.imageSize), "parameters": .integer(parameters),
      "statistics": .integer(statistics), "gflop": .number(flops / 1e9),
      "activation_bytes": .integer(activationBytes), "weight_bytes": .integer(weightBytes),
      "inference_bytes": .integer(inferenceBytes), "batch": .integer(training.batch),
      "training_step_bytes": .integer(training.step), "training_bytes": .integer(training.total),
      "precision": .string(precision.rawValue), "threads": .integer(threads),
      "layers": layers.json,
    ]
  }
}
