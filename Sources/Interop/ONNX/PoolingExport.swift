import Engine

extension ONNXModel {
  /// The attributes of a sliding window.
  static func window(_ kernel: Extent, stride: Extent, padding: Extent) -> Attributes {
    [
      ("kernel_shape", .extents(kernel)), ("strides", .extents(stride)),
      ("pads", .extents(padding, padding)),
    ]
  }
}

extension MaxPool: ONNXOp {
  func export(_ node: inout ONNXNode) {
    node.add(
      "MaxPool", node.inputs, ONNXModel.window(kernel, stride: stride, padding: padding))
  }
}

extension AveragePool: ONNXOp {
  /// Adaptive windows of equal size are exported as AveragePool; ONNX does not support unequal
  /// ones.
  func export(_ node: inout ONNXNode) throws(EngineError) {
    switch windows {
    case .global: node.add("GlobalAveragePool", node.inputs)
    case .kernel(let kernel, let stride, let padding, let countsPadding):
      node.add(
        "AveragePool", node.inputs,
        ONNXModel.window(kernel, stride: stride, padding: padding)
          + [("count_include_pad", .int(countsPadding ? 1 : 0))])
    case .adaptive(let output):
      let input = node.inputShapes[0]
      guard input.h % output.h == 0, input.w % output.w == 0 else {
        throw EngineError(
          "\(node.name): ONNX has no operator for \(kind) of \(input.h)x\(input.w) pixels: "
            + "the output size does not divide the input size")
      }
      let window = [input.h / output.h, input.w / output.w]
      node.add(
        "AveragePool", node.inputs, [("kernel_shape", .ints(window)), ("strides", .ints(window))])
    }
  }
}

extension NearestUpsample: ONNXOp {
  func export(_ node: inout ONNXNode) {
    node.resize(factor: factor, mode: "nearest", coordinates: "asymmetric")
  }
}

extension BilinearUpsample: ONNXOp {
  func export(_ node: inout ONNXNode) {
    node.resize(
      factor: factor, mode: "linear",
      coordinates: alignsCorners ? "align_corners" : "half_pixel")
  }
}

extension Crop: ONNXOp {
  func export(_ node: inout ONNXNode) {
    let input = node.inputShapes[0]
    node.add(
      "Slice",
      node.inputs + [
        node.integers("starts", [margin.h, margin.w]),
        node.integers("ends", [input.h - margin.h, input.w - margin.w]),
        node.integers("axes", [2, 3]),
      ])
  }
}

extension ONNXNode {
  fileprivate mutating func resize(factor: Int, mode: String, coordinates: String) {
    let scales = constant("scales", shape: [4], [1, 1, Float(factor), Float(factor)])
    // The second input, the region of interest, is omitted.
    add(
      "Resize", [inputs[0], "", scales],
      [
        ("mode", .text(mode)), ("coordinate_transformation_mode", .text(coordinates)),
        ("nearest_mode", .text("floor")),
      ])
  }
}
