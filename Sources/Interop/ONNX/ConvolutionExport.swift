import Engine

extension ConvolutionGeometry {
  /// What ONNX calls the fixed numbers.
  fileprivate var attributes: KeyValuePairs<String, ONNXModel.Attribute> {
    [
      "kernel_shape": .ints([kernel.h, kernel.w]), "strides": .ints([stride.h, stride.w]),
      "pads": .ints([padding.h, padding.w, padding.h, padding.w]),
      "dilations": .ints([dilation.h, dilation.w]), "group": .int(groups),
    ]
  }
}

extension Convolution: ONNXOp {
  func export(_ node: inout ONNXNode) {
    var inputs = [node.inputs[0]]
    if isLinear {
      // Gemm takes no pixels.
      let extents = parameters[0].layout.publicShape(parameters[0].shape)
      inputs.append(node.parameter("weight", shape: extents + [1, 1]))
    } else {
      inputs.append(node.parameter("weight"))
    }
    if hasBias { inputs.append(node.parameter("bias")) }
    let linear = node.beforeActivation(activation, "linear")
    node.add(
      "Conv", inputs, to: addsResidual ? node.inner("conv") : linear,
      isLinear ? ["kernel_shape": .ints([1, 1])] : geometry.attributes)
    if addsResidual { node.add("Add", [node.inner("conv"), node.inputs[1]], to: linear) }
    if activation != .identity { node.activate(activation, linear) }
  }
}

extension TransposedConvolution: ONNXOp {
  func export(_ node: inout ONNXNode) {
    var inputs = [node.inputs[0], node.parameter("weight")]
    if hasBias { inputs.append(node.parameter("bias")) }
    let g = geometry
    node.add(
      "ConvTranspose", inputs,
      [
        "kernel_shape": .ints([g.kernel.h, g.kernel.w]),
        "strides": .ints([g.stride.h, g.stride.w]),
        "pads": .ints([g.padding.h, g.padding.w, g.padding.h, g.padding.w]),
        "dilations": .ints([g.dilation.h, g.dilation.w]), "group": .int(g.groups),
        "output_padding": .ints([outputPadding.h, outputPadding.w]),
      ])
  }
}
