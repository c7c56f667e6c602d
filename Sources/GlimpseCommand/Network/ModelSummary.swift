import Glimpse

/// The layers, parameters, FLOPs and memory of a network.
struct ModelSummary: Sendable {
  /// One op of the network in training, normalization not folded.
  struct Layer: Sendable {
    let name: String
    let kind: String
    let output: Shape
    /// Trainable parameters.
    let parameters: Int
    let flops: Double
  }

  let model: ModelDescription
  let summary: String
  let layers: [Layer]
  /// Trainable parameters.
  let parameters: Int
  /// Buffers: the statistics of normalization.
  let statistics: Int
  /// FLOPs of inference with one image: a multiply-add counts as two.
  let flops: Double
  /// Bytes of activations and of weights, as they are and packed, for one image.
  let activationBytes: Int
  let weightBytes: Int
  /// Bytes that the program takes at most with one image: the above, the weights before
  /// normalization was folded into them, and the program itself.
  let inferenceBytes: Int
  /// The memory of a training, without its image cache.
  let training: TrainingMemory
  let precision: Precision
  let threads: Int

  /// Estimates without running anything; `batch` is that of training.
  init(
    _ loaded: Model, batch: Int, precision: Precision,
    threads: Int = Machine.availableThreads
  ) throws(EngineError) {
    model = loaded.description
    summary = ModelCatalog[model.name]?.summary ?? ""
    self.precision = precision
    self.threads = threads
    let graph = loaded.graph
    layers = graph.nodes.map { node in
      let output = graph.shapes[node.output]
      return Layer(
        name: node.name, kind: node.op.kind, output: output,
        parameters: node.op.parameters.reduce(0) { $0 + ($1.kind == .statistic ? 0 : $1.count) },
        flops: node.op.flops(node.inputs.map { graph.shapes[$0] }, output))
    }
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
}

extension ModelSummary {
  /// For people: the layers, then the totals.
  var text: String {
    layerTable.text + "\n" + Table(facts: rows.map { ($0.name, .text($0.value)) }).text
  }

  private var layerTable: Table {
    var table = Table([
      .words("layer", key: "name"), .words("kind"), .words("output"), .shown("parameters"),
      .hidden("parameters"), .shown("MFLOP"), .hidden("mflop"),
    ])
    for layer in layers {
      let megaFLOP = Table.Value.number(layer.flops / 1e6, digits: 2)
      table.add([
        .text(layer.name), .text(layer.kind),
        .extents([layer.output.h, layer.output.w, layer.output.c]),
        layer.parameters > 0 ? .integer(layer.parameters) : .blank, .integer(layer.parameters),
        layer.flops > 0 ? megaFLOP : .blank, megaFLOP,
      ])
    }
    return table
  }

  private var rows: [(name: String, value: String)] {
    let side = model.imageSize
    return [
      ("model", "\(model.name): \(summary)"),
      ("classes", classes),
      ("input", "\(side) x \(side) x 3 (height x width x channels)"),
      ("layers", "\(layers.count)"),
      ("parameters", "\(parameters) trainable, \(statistics) in buffers"),
      (
        "FLOPs",
        "\(NumberFormat.decimal(flops / 1e9)) GFLOP per image with normalization folded"
      ),
      (
        "inference",
        "\(NumberFormat.bytes(inferenceBytes)) of memory for one image "
          + "(weights \(NumberFormat.bytes(weightBytes)), "
          + "activations \(NumberFormat.bytes(activationBytes)))"
      ),
      (
        "training",
        "\(NumberFormat.bytes(training.total)) of memory at batch size "
          + "\(training.batch) (parameters "
          + "\(NumberFormat.bytes(training.parameters)), step \(NumberFormat.bytes(training.step)), "
          + "validation \(NumberFormat.bytes(training.validation)))"
      ),
      ("precision", "\(precision.rawValue), \(Sentence.count(threads, "thread"))"),
    ]
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
  var json: [JSONMember] {
    [
      JSONMember(key: "model", value: .string(model.name)),
      JSONMember(key: "classes", value: .array(model.classNames.map { .string($0) })),
      JSONMember(key: "imgsz", value: .integer(model.imageSize)),
      JSONMember(key: "parameters", value: .integer(parameters)),
      JSONMember(key: "statistics", value: .integer(statistics)),
      JSONMember(key: "gflop", value: .number(flops / 1e9)),
      JSONMember(key: "activation_bytes", value: .integer(activationBytes)),
      JSONMember(key: "weight_bytes", value: .integer(weightBytes)),
      JSONMember(key: "inference_bytes", value: .integer(inferenceBytes)),
      JSONMember(key: "batch", value: .integer(training.batch)),
      JSONMember(key: "training_step_bytes", value: .integer(training.step)),
      JSONMember(key: "training_bytes", value: .integer(training.total)),
      JSONMember(key: "precision", value: .string(precision.rawValue)),
      JSONMember(key: "threads", value: .integer(threads)),
      JSONMember(key: "layers", value: layerTable.json),
    ]
  }
}
