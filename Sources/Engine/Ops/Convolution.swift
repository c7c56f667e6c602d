import CGlimpseKernels

/// A convolution with stride, padding, dilation and groups; depthwise and 1x1 are special cases.
///
/// Input n, h, w, `inputChannels`; output n, h', w', `outputChannels` (cross-correlation, as
/// everywhere in deep learning: Goodfellow et al. 2016, "Deep Learning", eq. 9.6). An activation
/// and a residual (second input, added before the activation) may be fused in inference.
public struct Convolution: Op {
  let geometry: ConvolutionGeometry
  /// True where a bias is added.
  public private(set) var hasBias: Bool
  /// How the bias begins, all channels alike where nil: uniform as the public recipe.
  let biasInitializer: Initializer
  let weightInitializer: Initializer
  /// Applied last; only inference graphs fuse one.
  public internal(set) var activation = Activation.identity
  /// True where a second input is added before the activation; only inference graphs fuse one.
  public internal(set) var addsResidual = false

  /// Makes a convolution.
  ///
  /// - Parameters:
  ///   - kernel: Rows and columns of weights.
  ///   - padding: Zeros around the picture; nil keeps the size at stride 1 (for odd kernels).
  ///   - groups: Input and output channels are cut into this many independent parts.
  public init(
    _ inputChannels: Int, _ outputChannels: Int, kernel: Extent, stride: Extent = 1,
    padding: Extent? = nil, dilation: Extent = 1, groups: Int = 1, bias: Bool = false,
    weightInitializer: Initializer? = nil, biasInitializer: Initializer? = nil
  ) {
    geometry = ConvolutionGeometry(
      inputChannels: inputChannels, outputChannels: outputChannels, kernel: kernel,
      stride: stride, padding: padding, dilation: dilation, groups: groups)
    hasBias = bias
    let fanIn = inputChannels / groups * kernel.h * kernel.w
    self.weightInitializer = weightInitializer ?? .heNormal(fan: fanIn)
    self.biasInitializer = biasInitializer ?? .uniform(fan: fanIn)
  }

  /// The same convolution with a bias.
  var withBias: Convolution {
    var result = self
    result.hasBias = true
    return result
  }

  /// `conv`, `conv 1x1` or `depthwise`, with the fused parts.
  public var kind: String {
    let base = geometry.isDepthwise ? "depthwise" : "conv"
    return "\(base) \(geometry.kernel)"
      + (geometry.stride == 1 ? "" : " /\(max(geometry.stride.h, geometry.stride.w))")
  }

  /// `weight` [kh][kw][in / groups][out] and, with a bias, `bias` [out].
  public var parameters: [ParameterDeclaration] {
    var result = [
      ParameterDeclaration(
        "weight", shape: geometry.weightShape, kind: .weight, initializer: weightInitializer,
        layout: .convolution)
    ]
    if hasBias {
      result.append(
        ParameterDeclaration(
          "bias", shape: [geometry.outputChannels], kind: .bias, initializer: biasInitializer))
    }
    return result
  }

  /// The inputs.
  public var backwardReads: BackwardReads { .inputs }

  /// n, h', w', out.
  public func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let shape = inputs[0]
    guard shape.c == geometry.inputChannels else {
      throw EngineError("a convolution of \(geometry.inputChannels) channels got \(shape)")
    }
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

  /// Two a multiply-add.
  public func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    2 * Double(output.pixels) * Double(geometry.weightCount)
  }

  /// The packed weights.
  public func preparedCount(_ inputs: [Shape], _ output: Shape) -> Int {
    geometry.packedBound(transposed: false)
  }

  /// Zeros for the taps outside the picture.
  public func forwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int { geometry.zeroCount }

  /// Zeros, the weights packed for the other direction, partial sums of the weights' gradient.
  public func backwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int {
    geometry.backwardScratchCount(transposed: true)
  }

  /// Packs the weights in blocks of output channels.
  public func prepare(_ context: PrepareContext) {
    guard geometry.packs else { return }
    var g = geometry.bareDescriptor
    context.kernels.convolution.pack(&g, context.parameters[0], 0, context.prepared)
  }

  /// Convolves, then adds bias and residual and applies the activation.
  public func forward(_ context: ForwardContext) {
    let (input, output) = (context.inputs[0], context.output)
    let residual = addsResidual ? context.inputs[1] : nil
    let epilogue = gk_epilogue(
      bias: hasBias ? UnsafePointer(context.parameters[1]) : nil,
      residual: residual.map { UnsafePointer($0.data) }, residual_stride: residual?.stride ?? 0,
      activation: activation.code)
    let weights = geometry.packs ? context.prepared : context.parameters[0]
    ConvolutionRunner(geometry: geometry, pool: context.pool, kernels: context.kernels).output(
      geometry.descriptor(large: input, small: output, scratch: context.scratch), input: input.data,
      packed: weights,
      epilogue: epilogue, to: output.data)
  }

  /// dW += x * dy, db += sum dy, dx = W^T * dy.
  public func backward(_ context: BackwardContext) {
    precondition(activation == .identity && !addsResidual, "fused convolutions only infer")
    let runner = ConvolutionRunner(
      geometry: geometry, pool: context.pool, kernels: context.kernels)
    let (input, gradient) = (context.inputs[0], context.outputGradient)
    let g = geometry.descriptor(large: input, small: gradient, scratch: context.scratch)
    let work = context.scratch + geometry.alignedZeroCount
    runner.weightGradient(
      g, input: input.data, outputGradient: gradient.data, scratch: work,
      to: context.parameterGradients[0])
    if hasBias { runner.biasGradient(gradient, to: context.parameterGradients[1]) }
    guard let target = context.inputGradients[0] else { return }
    var weights = UnsafePointer(context.parameters[0])
    if geometry.packs {
      var bare = geometry.bareDescriptor
      context.kernels.convolution.pack(&bare, weights, 1, work)
      weights = UnsafePointer(work)
    }
    let epilogue = target.view.sumEpilogue(accumulates: target.accumulates)
    var targetGeometry = g
    targetGeometry.input_stride = target.view.stride
    runner.input(
      targetGeometry, output: gradient.data, packed: weights, epilogue: epilogue,
      to: target.view.data)
  }
}

extension View {
  /// An epilogue that stores, or adds to what this tensor holds already.
  func sumEpilogue(accumulates: Bool) -> gk_epilogue {
    gk_epilogue(
      bias: nil, residual: accumulates ? UnsafePointer(data) : nil, residual_stride: stride,
      activation: Activation.identity.code)
  }
}
