import CGlimpseKernels

/// A convolution with stride, padding, dilation and groups; depthwise and 1x1 are special cases.
///
/// Input n, h, w, `inputChannels`; output n, h', w', `outputChannels` (cross-correlation, as
/// everywhere in deep learning: Goodfellow et al. 2016, "Deep Learning", eq. 9.6). An activation
/// and a residual (second input, added before the activation) may be fused in inference.
package struct Convolution: Op {
  package private(set) var geometry: ConvolutionGeometry
  /// True where a bias is added.
  package private(set) var hasBias: Bool
  /// How the bias begins, all channels alike where nil: uniform as the public recipe.
  let biasInitializer: Initializer
  let weightInitializer: Initializer
  /// Applied last; only inference graphs fuse one.
  package internal(set) var activation = Activation.identity
  /// True where a second input is added before the activation; only inference graphs fuse one.
  package internal(set) var addsResidual = false

  /// Makes a convolution.
  ///
  /// - Parameters:
  ///   - kernel: Rows and columns of weights.
  ///   - padding: Zeros around the image; nil keeps the size at stride 1 (for odd kernels).
  ///   - groups: Input and output channels are cut into this many independent parts.
  package init(
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

  /// The same convolution of another number of input channels.
  func reading(_ inputChannels: Int) -> Convolution {
    var result = self
    result.geometry.inputChannels = inputChannels
    return result
  }

  /// `conv`, `conv 1x1` or `depthwise`, with the fused parts.
  package var kind: String {
    let base = geometry.isDepthwise ? "depthwise" : "conv"
    return "\(base) \(geometry.kernel)"
      + (geometry.stride == 1 ? "" : " /\(max(geometry.stride.h, geometry.stride.w))")
  }

  /// `weight` [kh][kw][in / groups][out] and, with a bias, `bias` [out].
  package var parameters: [ParameterDeclaration] {
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
  package var backwardReads: SavedTensors { .inputs }

  /// n, h', w', out.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
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

  /// True but for depthwise ones.
  package var writesFloats: Bool { geometry.packs }

  /// Two a multiply-add.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    2 * Double(output.pixels) * Double(geometry.weightCount)
  }

  private func work(_ inputs: [Shape], _ output: Shape) -> ConvolutionPlan {
    ConvolutionPlan(geometry: geometry, large: inputs[0], small: output)
  }

  /// The packed weights.
  package func preparedCount(_ inputs: [Shape], _ output: Shape) -> Int {
    work(inputs, output).packedCount(.forward)
  }

  /// Zeros for the taps outside the image, and what the algorithm passes from step to step.
  package func forwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int {
    work(inputs, output).scratchCount(.forward)
  }

  /// The same for the gradients, with the weights packed for the other direction.
  package func backwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int {
    work(inputs, output).backwardScratchCount(.transposed)
  }

  /// What one tile of Winograd's algorithm takes.
  package func workspaceCount(_ inputs: [Shape], _ output: Shape) -> Int {
    work(inputs, output).workspaceCount
  }

  /// Packs the weights in blocks of output channels.
  package func prepare(_ context: PrepareContext) {
    let work = work(context.inputs, context.output)
    _ = ConvolutionRunner(work: work, pool: context.pool, kernels: context.kernels)
      .pack(context.parameters[0], .forward, to: context.prepared)
  }

  /// Convolves, then adds bias and residual and applies the activation.
  package func forward(_ context: ForwardContext) {
    let (input, output) = (context.inputs[0], context.output)
    let residual = addsResidual ? context.inputs[1] : nil
    let epilogue = gk_epilogue(
      bias: hasBias ? UnsafePointer(context.parameters[1]) : nil,
      residual: residual.map { UnsafeRawPointer($0.base) },
      residual_stride: residual?.stride ?? 0, activation: activation.code,
      stores_floats: output.precision == .f32 ? 1 : 0)
    let work = work([input.shape], output.shape)
    let weights = geometry.packs ? context.prepared : context.parameters[0]
    ConvolutionRunner(work: work, pool: context.pool, kernels: context.kernels).output(
      geometry.descriptor(large: input, small: output, scratch: context.scratch),
      input: input.base, packed: weights, epilogue: epilogue,
      scratch: work.behindZeros(context.scratch), to: output.base)
  }

  /// dW += x * dy, db += sum dy, dx = W^T * dy.
  package func backward(_ context: BackwardContext) {
    precondition(activation == .identity && !addsResidual, "fused convolutions only infer")
    ConvolutionRunner.backward(context, geometry, inputGradient: .transposed, hasBias: hasBias)
  }
}
