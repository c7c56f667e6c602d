import CGlimpseKernels

/// A convolution and the batch normalization that follows it, in training.
///
/// Both passes run in bands of rows that stay in a core's cache: a band of the input is normalized,
/// where the normalization before it is pending, convolved, and its statistics are collected;
/// backward, the gradient through the normalization is computed for a band and used at once by the
/// gradients of the weights and of the input. So each tensor is read from memory once per pass, and
/// a normalized tensor that only such convolutions read is not stored.
struct BandedConvolution: Op {
  let convolution: Convolution
  let normalization: BatchNorm?

  var kind: String { convolution.kind + (normalization == nil ? "" : " + batch norm") }
  var parameters: [ParameterDeclaration] {
    convolution.parameters + (normalization?.parameters ?? [])
  }
  var savedTensors: SavedTensors { .inputs }
  var canLeavePending: Bool { normalization != nil }
  var normalizesInput: Bool { true }

  func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    try convolution.outputShape(inputs)
  }

  func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    convolution.flops(inputs, output) + (normalization?.flops([output], output) ?? 0)
  }

  /// Whether this implementation suits a convolution: Winograd's algorithm does not run in bands of
  /// rows, partial gradients of many weights take too long, and an output row that reads only padding
  /// would belong to no band.
  static func suits(
    _ convolution: Convolution, input: Shape, output: Shape, kernels: Kernels
  ) -> Bool {
    let geometry = convolution.geometry
    let plan = ConvolutionPlan(geometry, input: input, output: output, kernels: kernels)
    return !plan.usesWinograd && geometry.partialGradientCount > 0
      && geometry.padding.h <= (geometry.kernel.h - 1) * geometry.dilation.h
  }

  func plan(_ context: PlanContext) -> OpPlan {
    let plan = BandedPlan(self, context)
    let channels = context.output.c
    var result = OpPlan(
      preparedCount: plan.convolution.packedCount(.forward), stateCount: plan.stateCount,
      scratchCount: plan.forwardScratchCount, backwardScratchCount: plan.backwardScratchCount,
      workspaceCount: plan.workspaceCount, zeroCount: convolution.geometry.zeroCount,
      prepare: { plan.convolution.pack($0.parameters[0], .forward, to: $0.prepared) },
      forward: { plan.forward($0) },
      backward: { plan.backward($0) })
    if context.leavesPending, let normalization {
      result.sumCount = plan.sumCount
      result.normalization = {
        PendingNormalization(
          activation: normalization.activation.code, rows: NormalizationRows($0, channels))
      }
    }
    return result
  }
}
