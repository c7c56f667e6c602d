import Engine

extension ConvolutionGeometry {
  /// The ONNX attributes of the hyperparameters.
  fileprivate var attributes: ONNXModel.Attributes {
    ONNXModel.window(kernel, stride: stride, padding: padding)
      + [("dilations", .extents(dilation)), ("group", .int(groups))]
  }
}

extension Convolution: ONNXOp {
  func export(_ node: inout ONNXNode) {
    var inputs = [node.inputs[0]]
    if isLinear {
      // A linear layer is exported as a 1x1 Conv, because Gemm has no spatial axes.
      let extents = parameters[0].layout.publicShape(parameters[0].shape)
      inputs.append(node.parameter("weight", shape: extents + [1, 1]))
    } else {
      inputs.append(node.parameter("weight"))
    }
    if hasBias { inputs.append(node.parameter("bias")) }
    let linear = node.beforeActivation(activation, "linear")
    node.add(
      "Conv", inputs, to: addsResidual ? node.inner("conv") : linear,
      isLinear ? [("kernel_shape", .ints([1, 1]))] : geometry.attributes)
    if addsResidual { node.add("Add", [node.inner("conv"), node.inputs[1]], to: linear) }
    if activation != .identity { node.activate(activation, linear) }
  }
}

extension TransposedConvolution: ONNXOp {
  func export(_ node: inout ONNXNode) {
    var inputs = [node.inputs[0], node.parameter("weight")]
    if hasBias { inputs.append(node.parameter("bias")) }
    node.add(
      "ConvTranspose", inputs,
      geometry.attributes + [("output_padding", .extents(outputPadding))])
  }
}
