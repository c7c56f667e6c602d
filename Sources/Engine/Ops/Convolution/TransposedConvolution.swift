/// A transposed convolution, used for upsampling: the input gradient of a convolution.
///
/// Input n, h, w, `inputChannels`; output n, h', w', `outputChannels` with
/// h' = (h - 1) s - 2p + d (k - 1) + 1 + output padding, likewise w' (Dumoulin and Visin 2016, "A
/// guide to convolution arithmetic", section 4).
package struct TransposedConvolution: Op {
  /// The corresponding convolution, which maps this op's output to its input.
  package let geometry: ConvolutionGeometry
  package let outputPadding: Extent
  /// True if a bias is added.
  package let hasBias: Bool

  /// `outputPadding` adds rows at the bottom and columns at the right of the output.
  package init(
    _ inputChannels: Int, _ outputChannels: Int, kernel: Extent, stride: Extent = 1,
    padding: Extent = 0, outputPadding: Extent = 0, dilation: Extent = 1, groups: Int = 1,
    bias: Bool = false
  ) {
    geometry = ConvolutionGeometry(
      inputChannels: outputChannels, outputChannels: inputChannels, kernel: kernel,
      stride: stride, padding: padding, dilation: dilation, groups: groups)
    self.outputPadding = outputPadding
    hasBias = bias
  }

  /// `transposed conv 2x2 x2`: kernel and stride.
  package var kind: String { "transposed conv \(geometry.kernel) x\(geometry.stride.h)" }

  /// `weight` [kh][kw][out / groups][in] and optionally `bias` [out].
  package var parameters: [ParameterDeclaration] {
    let fan =
      geometry.outputChannels / geometry.groups * geometry.taps
      / (geometry.stride.h * geometry.stride.w)
    return ParameterDeclaration.weightAndBias(
      shape: geometry.weightShape, .heNormal(fan: fan),
      bias: hasBias ? (geometry.inputChannels, .uniform(fan: fan)) : nil)
  }

  package var savedTensors: SavedTensors { .inputs }

  /// n, h', w', `outputChannels`.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    try geometry.check(kind)
    let shape = try checked(inputs, channels: geometry.outputChannels)
    guard [outputPadding.h, outputPadding.w].allSatisfy({ (0...1 << 12).contains($0) }) else {
      throw EngineError("the output padding must be 0 to 4096, not \(outputPadding)")
    }
    func extent(_ size: Int, _ part: KeyPath<Extent, Int>) -> Int {
      (size - 1) * geometry.stride[keyPath: part] - 2 * geometry.padding[keyPath: part]
        + geometry.dilation[keyPath: part] * (geometry.kernel[keyPath: part] - 1) + 1
        + outputPadding[keyPath: part]
    }
    let (h, w) = (extent(shape.h, \.h), extent(shape.w, \.w))
    guard h > 0, w > 0, geometry.outputExtent(h: h, w: w) == Extent(h: shape.h, w: shape.w) else {
      throw EngineError(
        "no convolution of kernel \(geometry.kernel) and stride \(geometry.stride) gives \(shape): "
          + "the output padding must be smaller than the stride")
    }
    return Shape(n: shape.n, h: h, w: w, c: geometry.inputChannels)
  }

  /// Two operations per multiply-add.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    2 * Double(inputs[0].pixels) * Double(geometry.weightCount)
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    ConvolutionPlan(
      geometry, input: context.output, output: context.inputs[0], kernels: context.kernels
    ).opPlan(.transposed, hasBias: hasBias)
  }
}
