import CGlimpseKernels

/// Whether a convolution computes its output from its input, or the transposed map.
enum ConvolutionDirection: Sendable {
  /// Output from input: forward pass of a convolution, input gradient of a transposed one.
  case forward
  /// Input from output: forward pass of a transposed convolution, input gradient of a convolution.
  case transposed

  var opposite: ConvolutionDirection { self == .forward ? .transposed : .forward }
  /// The `transposed` argument of the C kernels.
  var flag: Int32 { self == .transposed ? 1 : 0 }
}

/// The algorithms of a convolution at fixed shapes, with their memory and work partition.
///
/// Input and output are the convolution's; a transposed convolution swaps them. The partition
/// depends only on the shapes, and the order of summation is fixed, so results do not depend on
/// the number of threads.
struct ConvolutionPlan {
  let geometry: ConvolutionGeometry
  let input: Shape
  let output: Shape
  let kernels: Kernels
  /// The Winograd algorithm for each direction and for the weight gradient, where it is faster.
  private let winogradForward, winogradTransposed: Winograd?
  let winogradForWeights: Winograd?

  /// - Parameter isExact: Whether only the direct algorithm may be used.
  init(
    _ geometry: ConvolutionGeometry, input: Shape, output: Shape, kernels: Kernels,
    isExact: Bool = false
  ) {
    self.geometry = geometry
    self.input = input
    self.output = output
    self.kernels = kernels
    func fastest(_ direction: ConvolutionDirection) -> Winograd? {
      isExact
        ? nil
        : Winograd.fastest(geometry, direction, input: input, output: output, kernels: kernels)
    }
    winogradForward = fastest(.forward)
    winogradTransposed = fastest(.transposed)
    winogradForWeights =
      isExact
      ? nil
      : Winograd.forWeights(geometry, input: input, output: output, kernels: kernels)
  }

  func winograd(_ direction: ConvolutionDirection) -> Winograd? {
    direction == .forward ? winogradForward : winogradTransposed
  }

  /// True if any pass uses the Winograd algorithm.
  var usesWinograd: Bool {
    winogradForward != nil || winogradTransposed != nil || winogradForWeights != nil
  }

  // MARK: Memory, in floats, enough for any instruction set

  /// Size of the packed weights; 0 for depthwise convolutions, whose weights are not packed.
  func packedCount(_ direction: ConvolutionDirection) -> Int {
    guard geometry.packs else { return 0 }
    return winograd(direction)?.packedCount
      ?? geometry.packedBound(transposed: direction == .transposed)
  }

  /// Scratch memory of a direction.
  func scratchCount(_ direction: ConvolutionDirection) -> Int {
    winograd(direction)?.scratchCount ?? 0
  }

  /// Scratch memory of a backward pass, shared by the weight gradient and then by the input
  /// gradient with its packed weights.
  func backwardScratchCount(_ direction: ConvolutionDirection) -> Int {
    max(
      AlignedBuffer.aligned(packedCount(direction)) + scratchCount(direction),
      winogradForWeights?.weightScratchCount ?? 0, geometry.partialGradientCount)
  }

  /// Scratch memory of each thread, for any direction.
  var workspaceCount: Int {
    max(winogradForward?.workspaceCount ?? 0, winogradTransposed?.workspaceCount ?? 0)
  }

  /// The C description for tensors in memory.
  func descriptor(input: View, output: View, zeros: UnsafePointer<Float>?) -> gk_convolution {
    geometry.descriptor(
      input: input.shape, inputStride: input.stride, output: output.shape,
      outputStride: output.stride, zeros: zeros)
  }
}

extension ConvolutionPlan {
  /// The plan of an op whose forward pass computes `direction`; its input gradient computes the
  /// opposite direction.
  func opPlan(
    _ direction: ConvolutionDirection, hasBias: Bool, activation: Activation = .identity,
    addsResidual: Bool = false
  ) -> OpPlan {
    func epilogue(_ pass: ForwardContext) -> gk_epilogue {
      let residual = addsResidual ? pass.inputs[1] : nil
      return gk_epilogue(
        bias: hasBias ? UnsafePointer(pass.parameters[1]) : nil,
        residual: residual.map { UnsafeRawPointer($0.base) },
        residual_stride: residual?.stride ?? 0, activation: activation.code,
        stores_floats: pass.output.precision == .f32 ? 1 : 0)
    }
    return OpPlan(
      preparedCount: packedCount(direction), scratchCount: scratchCount(direction),
      backwardScratchCount: backwardScratchCount(direction.opposite),
      workspaceCount: workspaceCount, zeroCount: geometry.zeroCount,
      prepare: { pass in pack(pass.parameters[0], direction, to: pass.prepared) },
      forward: { pass in
        convolve(
          direction, pass.inputs[0], to: pass.output, epilogue: epilogue(pass),
          weights: pass.parameters[0], packed: pass.prepared, scratch: pass.scratch,
          zeros: pass.zeros)
      },
      forwardRow: direction == .forward && winograd(direction) == nil
        ? { pass in
          row(
            pass.inputs[0], to: pass.output, epilogue: epilogue(pass),
            weights: geometry.packs ? pass.prepared : pass.parameters[0], zeros: pass.zeros)
        } : nil,
      backward: { pass in
        precondition(activation == .identity && !addsResidual, "fused convolutions only infer")
        return backward(pass, direction, hasBias: hasBias)
      })
  }

  /// Convolution: dW += x * dy, db += sum dy, dx = W^T * dy. Transposed convolution: dW += dy * x,
  /// dx = W * dy.
  private func backward(
    _ pass: BackwardContext, _ direction: ConvolutionDirection, hasBias: Bool
  ) -> [ParallelLoop] {
    let (values, gradient) = (pass.inputs[0], pass.outputGradient)
    let isForward = direction == .forward
    var loops = hasBias ? [biasGradient(gradient, to: pass.parameterGradients[1])] : []
    loops += weightGradient(
      input: isForward ? values : gradient, output: isForward ? gradient : values,
      scratch: pass.scratch, zeros: pass.zeros, to: pass.parameterGradients[0])
    guard let target = pass.inputGradients[0] else { return loops }
    let opposite = direction.opposite
    loops += pack(pass.parameters[0], opposite, to: pass.scratch)
    let epilogue = gk_epilogue(
      bias: nil, residual: target.accumulates ? UnsafeRawPointer(target.view.base) : nil,
      residual_stride: target.view.stride, activation: Activation.identity.code, stores_floats: 0)
    return loops
      + convolve(
        opposite, gradient, to: target.view, epilogue: epilogue,
        weights: pass.parameters[0], packed: pass.scratch,
        scratch: pass.scratch + AlignedBuffer.aligned(packedCount(opposite)), zeros: pass.zeros)
  }
}
