import CGlimpseKernels

/// A transposed convolution: the gradient of a convolution by its input, used to enlarge.
///
/// Input n, h, w, `inputChannels`; output n, (h - 1) s - 2p + d (k - 1) + 1 + output padding, and so
/// on, `outputChannels` (Dumoulin and Visin 2016, "A guide to convolution arithmetic", section 4).
package struct TransposedConvolution: Op {
  /// The convolution of which this is the transposed: from this op's output to its input.
  package let geometry: ConvolutionGeometry
  package let outputPadding: Extent
  /// True where a bias is added.
  package let hasBias: Bool

  /// Makes a transposed convolution; `outputPadding` enlarges the output on its far sides.
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

  /// `transposed conv`.
  package var kind: String { "transposed conv \(geometry.kernel) x\(geometry.stride.h)" }

  private var fan: Int {
    geometry.outputChannels / geometry.groups * geometry.taps
      / (geometry.stride.h * geometry.stride.w)
  }

  /// `weight` [kh][kw][out / groups][in] and, with a bias, `bias` [out].
  package var parameters: [ParameterDeclaration] {
    var result = [
      ParameterDeclaration(
        "weight", shape: geometry.weightShape, kind: .weight,
        initializer: .heNormal(fan: max(1, fan)), layout: .convolution)
    ]
    if hasBias {
      result.append(
        ParameterDeclaration(
          "bias", shape: [geometry.inputChannels], kind: .bias,
          initializer: .uniform(fan: max(1, fan))))
    }
    return result
  }

  /// The inputs.
  package var backwardReads: SavedTensors { .inputs }

  /// n, h', w', out.
  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    let shape = inputs[0]
    guard shape.c == geometry.outputChannels else {
      throw EngineError(
        "a transposed convolution of \(geometry.outputChannels) channels got \(shape)")
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

  /// Two a multiply-add.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    2 * Double(inputs[0].pixels) * Double(geometry.weightCount)
  }

  private func work(_ inputs: [Shape], _ output: Shape) -> ConvolutionPlan {
    ConvolutionPlan(geometry: geometry, large: output, small: inputs[0])
  }

  /// The packed weights.
  package func preparedCount(_ inputs: [Shape], _ output: Shape) -> Int {
    work(inputs, output).packedCount(.transposed)
  }

  /// Zeros for the taps outside the image, and what the algorithm passes from step to step.
  package func forwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int {
    work(inputs, output).scratchCount(.transposed)
  }

  /// The same for the gradients, with the weights packed for the other direction.
  package func backwardScratchCount(_ inputs: [Shape], _ output: Shape) -> Int {
    work(inputs, output).backwardScratchCount(.forward)
  }

  /// What one tile of Winograd's algorithm takes.
  package func workspaceCount(_ inputs: [Shape], _ output: Shape) -> Int {
    work(inputs, output).workspaceCount
  }

  /// Packs the weights in blocks of this op's output channels.
  package func prepare(_ context: PrepareContext) {
    let work = work(context.inputs, context.output)
    _ = ConvolutionRunner(work: work, pool: context.pool, kernels: context.kernels)
      .pack(context.parameters[0], .transposed, to: context.prepared)
  }

  /// y = W^T x + b.
  package func forward(_ context: ForwardContext) {
    let (input, output) = (context.inputs[0], context.output)
    let epilogue = gk_epilogue(
      bias: hasBias ? UnsafePointer(context.parameters[1]) : nil, residual: nil,
      residual_stride: 0, activation: Activation.identity.code, stores_floats: 0)
    let work = work([input.shape], output.shape)
    ConvolutionRunner(work: work, pool: context.pool, kernels: context.kernels).input(
      geometry.descriptor(large: output, small: input, scratch: context.scratch),
      output: input.base, packed: geometry.packs ? context.prepared : context.parameters[0],
      epilogue: epilogue, scratch: work.behindZeros(context.scratch), to: output.base)
  }

  /// dW += dy * x, db += sum dy, dx = W dy.
  package func backward(_ context: BackwardContext) {
    ConvolutionRunner.backward(context, geometry, inputGradient: .forward, hasBias: hasBias)
  }
}
