import Glimpse

/// The layers, parameters, FLOPs and memory of a network.
struct ModelSummary: Sendable {
  private let model: ModelDescription
  /// One row per op of the training graph, with batch normalization not folded.
  private let layers: Table
  /// The number of trainable parameters.
  private let parameters: Int
  /// The number of values in buffers: the running statistics of batch normalization.
  private let statistics: Int
  /// FLOPs of inference with one image: a multiply-add counts as two.
  private let flops: Double
  /// Bytes of the activations for one image, and of the weights and their packed copies.
  private let activationBytes: Int
  private let weightBytes: Int
  /// Peak bytes of inference with one image: the above, the weights before folding, and the program
  /// itself.
  private let inferenceBytes: Int
  /// The estimated memory of training, without the image cache.
  private let training: TrainingMemory
  private let precision: Precision
  private let threads = Machine.availableThreads

  /// Estimates everything without running the model; `batch` is the batch size of training.
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

  /// The layers, then the totals, as text.
  var text: String {
    let bytes = NumberFormat.bytes
    let facts = Table(facts: [
      "model": "\(model.name): \(ModelCatalog[model.name]?.summary ?? "")",
      "classes": .text(classes),
      "input":
        "\(model.imageSize.largest) x \(model.inputShape(n: 1).c) (height x width x channels)",
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

  /// The number of classes and as many of their names as fit into a line.
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

  /// The same as JSON: memory in bytes, shapes as height, width, channels.
  var json: JSONValue {
    [
      "model": .string(model.name), "classes": .array(model.classNames.map { .string($0) }),
      "imgsz": model.imageSize.json, "parameters": .integer(parameters),
      "statistics": .integer(statistics), "gflop": .number(flops / 1e9),
      "activation_bytes": .integer(activationBytes), "weight_bytes": .integer(weightBytes),
      "inference_bytes": .integer(inferenceBytes), "batch": .integer(training.batch),
      "training_step_bytes": .integer(training.step), "training_bytes": .integer(training.total),
      "precision": .string(precision.rawValue), "threads": .integer(threads),
      "layers": layers.json,
    ]
  }
}
