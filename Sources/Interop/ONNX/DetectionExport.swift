import Engine
import Networks

/// Appends the decoding of a detection head, and NMS, to an ONNX model.
///
/// Shapes below: N images, C classes, A anchor points of all strides, K the maximum of detections.
struct DetectionExport {
  let model: ONNXModel
  let head: DetectionHead
  let classCount: Int

  /// Decoded anchor points: the names of values of ONNX.
  struct Decoded {
    /// Centers N, 2, A and sizes N, 2, A in input pixels.
    let centers: String
    let sizes: String
    /// N, C, A from 0 to 1.
    let scores: String
    /// A.
    let count: Int
  }

  /// Decodes the raw outputs n, 4 + classes, h, w of each stride, as `DetectionHead.candidates` does.
  func decode(_ outputs: [ONNXValue]) -> Decoded {
    let channels = head.classOffset + classCount
    let input = (h: outputs[0].shape.h * head.strides[0], w: outputs[0].shape.w * head.strides[0])
    var levels: [String] = []
    var (x, y, strides): ([Float], [Float], [Float]) = ([], [], [])
    for (output, stride) in zip(outputs, head.strides) {
      let rows = DetectionHead.anchorPoints(along: input.h, stride: stride)
      let columns = DetectionHead.anchorPoints(along: input.w, stride: stride)
      var map = output.name
      if rows < output.shape.h || columns < output.shape.w {
        map = add(
          "Slice",
          [
            map, integers("start", [0, 0]), integers("extent\(stride)", [rows, columns]),
            integers("axes", [2, 3]),
          ], to: "inside\(stride)")
      }
      levels.append(
        add(
          "Reshape", [map, integers("shape\(stride)", [0, channels, rows * columns])],
          to: "level\(stride)"))
      for row in 0..<rows {
        for column in 0..<columns {
          x.append((Float(column) + 0.5) * Float(stride))
          y.append((Float(row) + 0.5) * Float(stride))
          strides.append(Float(stride))
        }
      }
    }
    let points = add("Concat", levels, to: "points", [("axis", .int(2))])
    let scale = constant("strides", shape: [1, 1, strides.count], strides)
    let offsets: String
    let sizes: String
    switch head.boxEncoding {
    case .yolox:
      offsets = add("Mul", [channelRange(points, 0..<2, "offsets"), scale], to: "shifts")
      let limit = constant("limit", [BoxEncoding.maximumLogSize])
      let logs = add("Min", [channelRange(points, 2..<4, "logs"), limit], to: "limited")
      sizes = add("Mul", [add("Exp", [logs], to: "strideSizes"), scale], to: "sizes")
    }
    let anchors = constant("anchors", shape: [1, 2, x.count], x + y)
    let centers = add("Add", [offsets, anchors], to: "centers")
    var scores = add(
      "Sigmoid", [channelRange(points, head.classOffset..<channels, "logits")],
      to: "probabilities")
    if head.hasObjectness {
      let logits = channelRange(points, head.boxEncoding.count..<head.classOffset, "objectness")
      let objectness = add("Sigmoid", [logits], to: "objectnessProbabilities")
      scores = add("Mul", [scores, objectness], to: "scores")
    }
    return Decoded(centers: centers, sizes: sizes, scores: scores, count: x.count)
  }

  /// Declares the output `predictions`, N, 4 + C, A: center, size, scores.
  func addPredictions(_ points: Decoded, batch: Int?) {
    add(
      "Concat", [points.centers, points.sizes, points.scores], named: "predictions",
      [("axis", .int(1))])
    model.addOutput(ExportedPort("predictions", [batch, 4 + classCount, points.count]))
  }

  /// Appends NMS among the highest-scoring class of each anchor point, and declares the outputs:
  /// `num_detections` N, `boxes` N, K, 4 as corners, `scores` N, K in descending order, `classes` N, K.
  /// Places past the number of detections have boxes and scores of 0 and the class -1.
  func addDetections(_ points: Decoded, _ nms: ONNXExport.Suppression, batch: Int?) {
    let count = min(nms.maximumDetections, points.count)
    let zero = constant("zero", [0])
    // N, 1, A and N, A.
    let highest = add(
      "ReduceMax", [points.scores], to: "highest", [("axes", .ints([1])), ("keepdims", .int(1))])
    let best = add("Squeeze", [highest, integers("axis1", [1])], to: "best")
    let bestClass = add(
      "ArgMax", [points.scores], to: "bestClass", [("axis", .int(1)), ("keepdims", .int(0))])
    let isHighest = add("Equal", [points.scores, highest], to: "isHighest")
    let single = add("Where", [isHighest, points.scores, zero], to: "single")
    let boxes = add(
      "Transpose",
      [add("Concat", [points.centers, points.sizes], to: "encoded", [("axis", .int(1))])],
      to: "centered", [("perm", .ints([0, 2, 1]))])
    // Rows of image, class, anchor point.
    let selected = add(
      "NonMaxSuppression",
      [
        boxes, single, integers("maximum", [nms.maximumDetections]),
        constant("iou", shape: [1], [Float(nms.iou)]),
        constant("confidence", shape: [1], [nms.confidence]),
      ], to: "selected", [("center_point_box", .int(1))])
    let places = add(
      "Gather", [selected, integers("imageAndPoint", [0, 2])], to: "places", [("axis", .int(1))])
    // The scores of selected anchor points, and 0 elsewhere: the K highest are the detections.
    let zeros = add(
      "ConstantOfShape", [add("Shape", [best], to: "extents")], to: "zeros")
    let values = add("GatherND", [best, places], to: "values")
    let kept = add("ScatterND", [zeros, places, values], to: "kept")
    model.addNode(
      "TopK", name: inner("ranking"), inputs: [kept, integers("count", [count])],
      outputs: ["scores", inner("order")], attributes: [("axis", .int(1))])
    let order = inner("order")
    let isFound = add("Greater", ["scores", zero], to: "isFound")

    let found = add(
      "Cast", [isFound], to: "found", [("to", .int(Int(TensorType.int64.rawValue)))])
    add(
      "ReduceSum", [found, integers("axis1", [1])], named: "num_detections",
      [("keepdims", .int(0))])
    let classes = add("GatherElements", [bestClass, order], to: "classes", [("axis", .int(1))])
    add("Where", [isFound, classes, integers("none", [-1])], named: "classes")

    let half = add("Mul", [points.sizes, constant("half", [0.5])], to: "half")
    let low = add("Sub", [points.centers, half], to: "low")
    let high = add("Add", [points.centers, half], to: "high")
    let corners = add(
      "Transpose", [add("Concat", [low, high], to: "corners", [("axis", .int(1))])],
      to: "pointCorners", [("perm", .ints([0, 2, 1]))])
    let last = integers("last", [2])
    let chosen = add(
      "GatherND", [corners, add("Unsqueeze", [order, last], to: "orders")], to: "chosen",
      [("batch_dims", .int(1))])
    add(
      "Where", [add("Unsqueeze", [isFound, last], to: "areFound"), chosen, zero], named: "boxes")
    model.addOutput(ExportedPort("num_detections", [batch], .int64))
    model.addOutput(ExportedPort("boxes", [batch, count, 4]))
    model.addOutput(ExportedPort("scores", [batch, count]))
    model.addOutput(ExportedPort("classes", [batch, count], .int64))
  }

  private func channelRange(_ value: String, _ range: Range<Int>, _ step: String) -> String {
    add(
      "Slice",
      [
        value, integers("\(step)Start", [range.lowerBound]),
        integers("\(step)End", [range.upperBound]), integers("axis1", [1]),
      ], to: step)
  }

  private func inner(_ step: String) -> String { "decoding/\(step)" }

  /// Appends an operator whose result is an inner value; returns its name.
  private func add(
    _ type: String, _ inputs: [String], to step: String, _ attributes: ONNXModel.Attributes = []
  ) -> String {
    add(type, inputs, named: inner(step), attributes)
    return inner(step)
  }

  private func add(
    _ type: String, _ inputs: [String], named name: String,
    _ attributes: ONNXModel.Attributes = []
  ) {
    model.addNode(type, name: name, inputs: inputs, outputs: [name], attributes: attributes)
  }

  private func constant(_ step: String, shape: [Int] = [], _ values: [Float]) -> String {
    let name = inner("\(step)Constant")
    if !model.hasConstant(name) { model.addConstant(name, shape: shape, values) }
    return name
  }

  private func integers(_ step: String, _ values: [Int]) -> String {
    let name = inner("\(step)Constant")
    if !model.hasConstant(name) { model.addIntegers(name, values) }
    return name
  }
}
