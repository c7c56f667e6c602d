import Basics
import Engine
import Networks

/// How a model is written as an ONNX file.
package struct ONNXExport: Sendable {
  /// The outputs of the file.
  package enum Outputs: Sendable {
    /// Those of the network.
    case raw
    /// Of a detector: `predictions`, the boxes and scores of all anchor points.
    case decoded
    /// Of a detector: the detections after NMS.
    case detections(Suppression)
  }

  /// The settings of NMS.
  package struct Suppression: Sendable {
    package let confidence: Float
    package let iou: Double
    package let maximumDetections: Int

    package init(confidence: Float, iou: Double, maximumDetections: Int) {
      self.confidence = confidence
      self.iou = iou
      self.maximumDetections = maximumDetections
    }
  }

  /// The batch size; nil leaves it open.
  package var batch: Int?
  package var outputs: Outputs
  /// Whether batch normalization is fused into the convolutions.
  package var foldsNormalization: Bool
  /// Whether weights are stored as 16-bit numbers; the network computes in 32 bits all the same.
  package var halvesWeights: Bool

  package init(
    batch: Int? = 1, outputs: Outputs = .raw, foldsNormalization: Bool = true,
    halvesWeights: Bool = false
  ) {
    self.batch = batch
    self.outputs = outputs
    self.foldsNormalization = foldsNormalization
    self.halvesWeights = halvesWeights
  }
}

/// A model as an ONNX file.
package struct ExportedModel {
  package let bytes: [UInt8]
  package let inputs: [ExportedPort]
  package let outputs: [ExportedPort]

  package static let operatorSet = ONNXModel.operatorSet
}

extension Model {
  /// The model as an ONNX file of a fixed input size, the largest of the description's.
  ///
  /// - Parameter metadata: Added to the model's own.
  /// - Throws: `EngineError` for an op without an ONNX operator, or if the file reaches 2 GiB.
  package func onnx(
    _ export: ONNXExport, metadata: [String: String] = [:]
  ) throws(EngineError) -> ExportedModel {
    // A static network has one input size.
    let size = description.imageSize.largest
    var description = description
    description.imageSize = .exact(height: size.height, width: size.width)
    let (graph, parameters) =
      export.foldsNormalization
      ? graph.foldingNormalization(parameters) : (graph, parameters)
    let model = ONNXModel(halvesWeights: export.halvesWeights)
    let values = try graph.add(
      to: model, parameters, inputShapes: [description.inputShape(n: export.batch ?? 1)],
      isDynamic: export.batch == nil, outputNames: description.head.outputNames)
    if case .detection(let head) = description.head {
      let detection = DetectionExport(
        model: model, head: head, classCount: description.classNames.count)
      switch export.outputs {
      case .raw: break
      case .decoded: detection.addPredictions(detection.decode(values), batch: export.batch)
      case .detections(let nms):
        detection.addDetections(detection.decode(values), nms, batch: export.batch)
      }
    }
    if model.outputs.isEmpty {
      for value in values { model.addOutput(value.port(isDynamic: export.batch == nil)) }
    }
    var own = description.exportMetadata.merging(description.head.metadata(export.outputs)) { $1 }
    if case .decoded = export.outputs { own.merge(description.ultralyticsMetadata(export)) { $1 } }
    return ExportedModel(
      bytes: model.bytes(
        name: description.name, producerVersion: glimpseVersion,
        metadata: own.merging(metadata) { $1 }),
      inputs: model.inputs, outputs: model.outputs)
  }
}

extension ModelDescription {
  /// What Ultralytics reads from the ONNX file of a detector, whose layout `predictions` has.
  ///
  /// Empty where the network does not take samples from 0 to 1, as Ultralytics always makes them.
  fileprivate func ultralyticsMetadata(_ export: ONNXExport) -> [String: String] {
    guard case .detection(let head) = head, preprocessing == .unit else { return [:] }
    let names = classNames.enumerated().map { index, name in
      var writer = JSONWriter()
      writer.value(name)
      return "\(index): \(writer.text)"
    }
    let size = imageSize.largest
    return [
      "task": "detect", "stride": "\(head.strides.max() ?? 1)", "batch": "\(export.batch ?? 1)",
      "imgsz": "[\(size.height), \(size.width)]", "names": "{\(names.joined(separator: ", "))}",
    ]
  }
}

extension Head {
  /// The names of the network's outputs in files.
  fileprivate var outputNames: [String] {
    switch self {
    case .imported: preconditionFailure("a network of another program is not exported")
    case .detection(let head): head.strides.map { "outputs_stride\($0)" }
    case .segmentation(let head):
      ["logits"] + (0..<head.auxiliaryOutputs).map { "logits_\(2 << $0)" }
    case .classification: ["logits"]
    }
  }

  /// What the outputs of a file mean.
  fileprivate func metadata(_ outputs: ONNXExport.Outputs) -> [String: String] {
    guard case .detection(let head) = self else {
      return ["outputs": "logits: images, channels, height, width"]
    }
    var result = ["strides": "[\(head.strides.map(String.init).joined(separator: ","))]"]
    let objectness = head.hasObjectness ? ", objectness logit" : ""
    switch outputs {
    case .raw:
      result["outputs"] =
        "per stride: images, channels (4 of the encoded box\(objectness), one logit per class), "
        + "rows, columns"
      result["box_encoding"] =
        "\(head.boxEncoding.rawValue): center ((column + 0.5 + p0) * stride, (row + 0.5 + p1) * "
        + "stride), size (exp(min(p2, \(Int(BoxEncoding.maximumLogSize)))) * stride, exp(min(p3, "
        + "\(Int(BoxEncoding.maximumLogSize)))) * stride), in input pixels"
    case .decoded:
      result["outputs"] =
        "predictions: images, channels (4 of the box, one score per class, 0 to 1), anchor points"
      result["box_encoding"] = "center x, center y, width, height, in input pixels"
    case .detections(let nms):
      result["outputs"] =
        "num_detections: images; boxes: images, detections, 4; scores and classes: images, "
        + "detections; class -1 past the number of detections"
      result["box_encoding"] = "x1, y1, x2, y2, in input pixels"
      result["nms"] =
        "confidence \(nms.confidence.optionText), IoU \(nms.iou.optionText), at most "
        + "\(nms.maximumDetections), the highest-scoring class of each anchor point"
    }
    return result
  }
}
