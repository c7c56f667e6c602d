import CGlimpseKernels

/// Which tensor a convolution computes from which.
enum ConvolutionDirection: Sendable {
  /// The output from the input: a convolution's forward pass, a transposed one's input gradient.
  case forward
  /// The input from the output: a transposed convolution's forward pass, a convolution's gradient.
  case transposed

  var opposite: ConvolutionDirection { self == .forward ? .transposed : .forward }
  /// As the kernels take it.
  var flag: Int32 { self == .transposed ? 1 : 0 }
}

/// The algorithms of a convolution at fixed shapes, their memory and partition of work.
///
/// Input and output are the convolution's; the transposed convolution swaps them. The partition
/// follows from the shapes alone, and every sum has one order, so results do not depend on
/// the threads.
struct ConvolutionPlan {
  let geometry: ConvolutionGeometry
  let input: Shape
  let output: Shape
  let kernels: Kernels
  /// Winograd's algorithm, where it is faster, for each direction and for the weights' gradient.
  private let winogradForward, winogradTransposed: Winograd?
  let winogradForWeights: Winograd?

  init(_ geometry: ConvolutionGeometry, input: Shape, output: Shape, kernels: Kernels) {
    self.geometry = geometry
    self.input = input
    self.output = output
    self.kernels = kernels
    func fastest(_ direction: ConvolutionDirection) -> Winograd? {
      Winograd.fastest(geometry, direction, input: input, output: output, kernels: kernels)
    }
    winogradForward = fastest(.forward)
    winogradTransposed = fastest(.transposed)
    winogradForWeights = Winograd.forWeights(
      geometry, input: input, output: output, kernels: kernels)
  }

  func winograd(_ direction: ConvolutionDirection) -> Winograd? {
    direction == .forward ? winogradForward : winogradTransposed
  }

  // MARK: Memory, in floats, enough for any instruction set

  /// Packed weights; none for depthwise convolutions, which read them as they are.
  func packedCount(_ direction: ConvolutionDirection) -> Int {
    guard geometry.packs else { return 0 }
    let direct = geometry.packedBound(transposed: direction == .transposed)
    return max(direct, winograd(direction)?.packedCount ?? 0)
  }

  /// What the algorithm of a direction passes from loop to loop.
  func scratchCount(_ direction: ConvolutionDirection) -> Int {
    winograd(direction)?.scratchCount ?? 0
  }

  /// Scratch of a backward pass, of which the gradient by the weights and then that by the values,
  /// with its packed weights, both begin at the start.
  func backwardScratchCount(_ direction: ConvolutionDirection) -> Int {
    max(
      AlignedBuffer.aligned(packedCount(direction)) + scratchCount(direction),
      winogradForWeights?.weightScratchCount ?? 0, geometry.partialGradientCount)
  }

  /// Scratch of each thread, in any direction.
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
  /// The plan of an op whose forward pass is of a direction; the gradient by its values is of the
  /// opposite one.
  func opPlan(
    _ direction: ConvolutionDirection, hasBias: Bool, activation: Activation = .identity,
    addsResidual: Bool = false
  ) -> OpPlan {
    let packs = geometry.packs
    return OpPlan(
      preparedCount: packedCount(direction), scratchCount: scratchCount(direction),
      backwardScratchCount: backwardScratchCount(direction.opposite),
      workspaceCount: workspaceCount, zeroCount: geometry.zeroCount,
      prepare: { pass in pack(pass.parameters[0], direction, to: pass.prepared) },
      forward: { pass in
        let residual = addsResidual ? pass.inputs[1] : nil
        let epilogue = gk_epilogue(
          bias: hasBias ? UnsafePointer(pass.parameters[1]) : nil,
          residual: residual.map { UnsafeRawPointer($0.base) },
          residual_stride: residual?.stride ?? 0, activation: activation.code,
          stores_floats: pass.output.precision == .f32 ? 1 : 0)
        return convolve(
          direction, pass.inputs[0], to: pass.output, epilogue: epilogue,
          weights: packs ? pass.prepared : pass.parameters[0], scratch: pass.scratch,
          zeros: pass.zeros)
      },
      backward: { pass in
        precondition(activation == .identity && !addsResidual, "fused convolutions only infer")
        return backward(pass, direction, hasBias: hasBias)
      })
  }

  /// dW += x * dy, db += sum dy, dx = W^T * dy; or for a transposed convolution dW += dy * x,
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
        weights: geometry.packs ? pass.scratch : pass.parameters[0],
        scratch: pass.scratch + AlignedBuffer.aligned(packedCount(opposite)), zeros: pass.zeros)
  }
}
