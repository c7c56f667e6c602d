/// A 2D convolution with stride, padding, dilation and groups, including depthwise and 1x1.
///
/// Input n, h, w, `inputChannels`; output n, h', w', `outputChannels` (cross-correlation,
/// Goodfellow et al. 2016, "Deep Learning", eq. 9.6). In inference, an activation and a residual (a
/// second input that is added before the activation) may be fused.
package struct Convolution: Op {
  package private(set) var geometry: ConvolutionGeometry
  /// True if a bias is added.
  package private(set) var hasBias: Bool
  /// True if weights files store the weights as those of a linear layer, [out][in].
  package private(set) var isLinear = false
  private let weightInitializer: Initializer
  private let biasInitializer: Initializer
  /// The fused activation; used only in inference graphs.
  package internal(set) var activation = Activation.identity
  /// True if weights and inputs are integers whose sums must be exact: no algorithm that transforms
  /// them, and nothing folded into the weights.
  package var isExact = false
  /// True if a second input is added before the activation; used only in inference graphs.
  package internal(set) var addsResidual = false

  /// A nil padding keeps the size at stride 1 (for odd kernels). Invalid arguments are rejected by
  /// `outputShape`.
  package init(
    _ inputChannels: Int, _ outputChannels: Int, kernel: Extent, stride: Extent = 1,
    padding: Extent? = nil, dilation: Extent = 1, groups: Int = 1, bias: Bool = false,
    weightInitializer: Initializer? = nil, biasInitializer: Initializer? = nil
  ) {
    geometry = ConvolutionGeometry(
      inputChannels: inputChannels, outputChannels: outputChannels, kernel: kernel,
      stride: stride, padding: padding, dilation: dilation, groups: groups)
    hasBias = bias
    let fanIn = inputChannels / max(1, groups) * kernel.h * kernel.w
    self.weightInitializer = weightInitializer ?? .heNormal(fan: fanIn)
    self.biasInitializer = biasInitializer ?? .uniform(fan: fanIn)
  }

  /// A fully connected layer on each pixel, y = x W + b: a 1x1 convolution whose weights files have
  /// the shape of a linear layer.
  package static func linear(
    _ inputChannels: Int, _ outputChannels: Int, bias: Bool = true
  ) -> Convolution {
    var result = Convolution(
      inputChannels, outputChannels, kernel: 1, padding: 0, bias: bias,
      weightInitializer: .uniform(fan: inputChannels))
    result.isLinear = true
    return result
  }

  /// The same convolution with a bias.
  var withBias: Convolution {
    var result = self
    result.hasBias = true
    return result
  }

  /// The same convolution with another number of input channels.
  func reading(_ inputChannels: Int) -> Convolution {
    var result = self
    result.geometry.inputChannels = inputChannels
    return result
  }

  /// `conv 3x3`, `depthwise 3x3 /2` or `linear`.
  package var kind: String {
    if isLinear { return "linear" }
    let base = geometry.isDepthwise ? "depthwise" : "conv"
    return "\(base) \(geometry.kernel)"
      + (geometry.stride == 1 ? "" : " /\(max(geometry.stride.h, geometry.stride.w))")
  }

  /// `weight` [kh][kw][in / groups][out] and optionally `bias` [out].
  package var parameters: [ParameterDeclaration] {
    ParameterDeclaration.weightAndBias(
      shape: isLinear ? Array(geometry.weightShape.suffix(2)) : geometry.weightShape,
      weightInitializer, bias: hasBias ? (geometry.outputChannels, biasInitializer) : nil)
  }

  package var savedTensors: SavedTensors { .inputs }

  /// n, h', w', `outputChannels`.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    try geometry.check(kind)
    let shape = try checked(
      inputs, count: addsResidual ? 2 : 1, channels: geometry.inputChannels)
    let extent = geometry.outputExtent(h: shape.h, w: shape.w)
    guard extent.h > 0, extent.w > 0 else {
      throw EngineError("\(shape) is too small for a kernel of \(geometry.kernel)")
    }
    let result = Shape(n: shape.n, h: extent.h, w: extent.w, c: geometry.outputChannels)
    if addsResidual, inputs[1] != result {
      throw EngineError("a residual of \(inputs[1]) does not fit an output of \(result)")
    }
    return result
  }

  package var writesFloats: Bool { geometry.packs }

  /// True if single rows of the output can be computed at the speed of whole outputs.
  var computesRows: Bool { (geometry.isDepthwise || geometry.isPointwise) && !addsResidual }

  /// Two operations per multiply-add.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    2 * Double(output.pixels) * Double(geometry.weightCount)
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    ConvolutionPlan(
      geometry, input: context.inputs[0], output: context.output, kernels: context.kernels,
      isExact: isExact
    ).opPlan(
      .forward, hasBias: hasBias, activation: activation, addsResidual: addsResidual)
  }
}
