import CGlimpseKernels
import Foundation

/// The memory and loops of a `BandedConvolution` at fixed shapes.
struct BandedPlan {
  let convolution: ConvolutionPlan
  let hasBias: Bool
  let normalization: BatchNorm?
  let leavesPending: Bool
  /// True if bands of the input are normalized or padded in the workspace.
  let copiesInput: Bool
  let kernels: Kernels
  let bands: RowBands
  /// Partitions of the output rows forward, of the input rows backward, and of the output rows for
  /// the sums over the output gradient.
  let forwardParts, backwardParts, sumParts: WorkPartition
  /// The maximum number of rows per band: output rows forward, input rows backward.
  let forwardRows, backwardRows: Int
  /// The maximum size of a band of the input and of the output gradient, in floats.
  let inputBandCount, gradientBandCount: Int
  /// The extent of an input row in the workspace, and the distances between pixels of bands in the
  /// workspace, in values.
  let bandWidth, inputStride, gradientStride: Int

  /// The maximum number of tasks of the forward pass, whose partial statistics are merged.
  private static let maximumForwardParts = 64

  init(_ op: BandedConvolution, _ context: PlanContext) {
    let (input, output) = (context.inputs[0], context.output)
    let geometry = op.convolution.geometry
    kernels = context.kernels
    convolution = ConvolutionPlan(geometry, input: input, output: output, kernels: kernels)
    hasBias = op.convolution.hasBias
    normalization = op.normalization
    leavesPending = context.leavesPending
    let readsPending = context.pendingInputs[0]
    bands = RowBands(geometry, input: input, output: output)

    let cost = output.w * geometry.weightCount * (geometry.isDepthwise ? 4 : 1)
    let work = WorkPartition(units: output.n * output.h, costPerUnit: cost)
    forwardParts = WorkPartition(
      units: work.units, tasks: min(work.tasks, Self.maximumForwardParts))
    backwardParts = Self.sumParts(input)
    sumParts = Self.sumParts(output)

    let precision = kernels.precision
    if geometry.isDepthwise {
      let reach = (output.w - 1) * geometry.stride.w + (geometry.kernel.w - 1) * geometry.dilation.w
      bandWidth = max(geometry.padding.w + input.w, reach + 1)
      inputStride = Self.spread(input.c, precision)
    } else {
      (bandWidth, inputStride) = (input.w, input.c)
    }
    gradientStride = geometry.isDepthwise ? Self.spread(output.c, precision) : output.c
    copiesInput = readsPending || geometry.isDepthwise
    let (inputRow, outputRow) = (bandWidth * inputStride, output.w * gradientStride)
    forwardRows = bands.outputRows(
      precision, perInputRow: copiesInput ? inputRow : 0, perOutputRow: outputRow)
    backwardRows =
      geometry.stride.h
      * bands.outputRows(
        precision, perInputRow: copiesInput ? 2 * inputRow : inputRow, perOutputRow: outputRow)
    let halo = (geometry.kernel.h - 1) * geometry.dilation.h
    let forwardInputs = (forwardRows - 1) * geometry.stride.h + halo + 1
    let inputRows = max(forwardInputs, backwardRows + 2 * halo)
    let gradientRows = min(
      bands.outputHeight, (backwardRows - 1 + halo) / geometry.stride.h + 1)
    // Kernels may read a vector past the last channel.
    func floats(_ values: Int) -> Int {
      AlignedBuffer.aligned((values * precision.byteCount + 3) / 4) + 16
    }
    inputBandCount = copiesInput ? floats(inputRows * inputRow) : 0
    gradientBandCount = normalization == nil ? 0 : floats(gradientRows * outputRow)
  }

  /// The partition of the rows of a tensor for sums over its gradient, which the producer and the
  /// readers of the tensor share.
  private static func sumParts(_ shape: Shape) -> WorkPartition {
    let rows = shape.n * shape.h
    return WorkPartition(units: rows, tasks: min(rows, ConvolutionGeometry.gradientParts))
  }

  /// The distance between pixels of a band for which the same channels of neighboring pixels lie in
  /// different sets of the L1 cache: an odd number of cache lines, if a pixel has several.
  private static func spread(_ channels: Int, _ precision: Precision) -> Int {
    let line = 64 / precision.byteCount
    return channels <= line ? channels : ((channels + line - 1) / line | 1) * line
  }

  var geometry: ConvolutionGeometry { convolution.geometry }
  /// Output channels.
  var channels: Int { bands.output.c }
  /// True if the normalization uses the statistics of the batch, not the running ones.
  private var usesBatchStatistics: Bool { normalization?.isFrozen == false }

  // MARK: Memory, in floats

  /// The values per channel of the normalization.
  var rowCount: Int {
    normalization == nil ? 0 : AlignedBuffer.aligned(NormalizationRows.count(channels))
  }

  /// The rows of the normalization and, unless it is left pending, its input.
  var stateCount: Int {
    guard normalization != nil, !leavesPending else { return rowCount }
    return rowCount + (bands.output.count * kernels.precision.byteCount + 3) / 4
  }

  /// Partial sums for the gradient of the normalization.
  var sumCount: Int {
    normalization == nil ? 0 : BatchNorm.partialCount(sumParts, channels)
  }

  /// Partial statistics.
  var forwardScratchCount: Int {
    !usesBatchStatistics ? 0 : BatchNorm.partialCount(forwardParts, channels)
  }

  var packedCount: Int { AlignedBuffer.aligned(convolution.packedCount(.transposed)) }
  var partialGradientCount: Int {
    AlignedBuffer.aligned(geometry.weightCount * backwardParts.tasks)
  }

  /// Packed weights, partial weight gradients and, unless a reader collects them, partial sums.
  var backwardScratchCount: Int {
    packedCount + partialGradientCount + (leavesPending ? 0 : sumCount)
  }

  /// A band of the normalized input, and the statistics of a band or the gradient of its output.
  var workspaceCount: Int {
    inputBandCount + max(normalization == nil ? 0 : 2 * channels, gradientBandCount)
  }
}

// MARK: Forward

extension BandedPlan {
  func forward(_ pass: ForwardContext) -> [ParallelLoop] {
    let result = normalizationInput(pass.output, state: pass.state)
    let epilogue = gk_epilogue(
      bias: hasBias ? UnsafePointer(pass.parameters[1]) : nil, residual: nil, residual_stride: 0,
      activation: Activation.identity.code, stores_floats: result.precision == .f32 ? 1 : 0)
    let weights = UnsafePointer(geometry.packs ? pass.prepared : pass.parameters[0])
    let statistics = pass.scratch
    let loop = ParallelLoop(forwardParts.tasks) { part, workspace in
      let rows = forwardParts.range(part)
      let partial = statistics + 2 * part * channels
      bands.forEach(rows, of: bands.outputHeight, count: forwardRows) { image, outputs in
        let source = inputBand(
          pass.inputs[0], pass.pending[0], image, outputs, zeros: pass.zeros, workspace: workspace)
        convolve(source, weights, epilogue, to: result, image, outputs)
        guard usesBatchStatistics else { return }
        addStatistics(
          result, image, outputs, to: partial,
          before: image * bands.outputHeight + outputs.lowerBound - rows.begin,
          workspace: workspace + inputBandCount)
      }
    }
    guard let normalization, let state = pass.state else { return [loop] }
    let rows = NormalizationRows(state, channels)
    let table = kernels.normalization
    let parameters = Array(pass.parameters.suffix(4))
    let rowValues =
      usesBatchStatistics
      ? normalization.batchStatistics(
        statistics, forwardParts, pixels: bands.output.w, rows, parameters, table)
      : normalization.runningStatistics(rows, parameters)
    if leavesPending { return [loop, rowValues] }
    return [loop, rowValues, normalization.normalize(result, to: pass.output, rows, table)]
  }

  /// The input of the normalization: the output, if the normalization is pending or there is none,
  /// otherwise a tensor in the state.
  func normalizationInput(_ output: View, state: UnsafeMutablePointer<Float>?) -> View {
    guard normalization != nil, !leavesPending, let state else { return output }
    return View(
      base: UnsafeMutableRawPointer(state + rowCount), precision: output.precision,
      shape: output.shape, stride: channels)
  }

  /// The input rows of one image that output rows read, in place or in the workspace, and the
  /// description of the convolution of these rows.
  struct InputBand {
    let base: UnsafeMutableRawPointer
    var convolution: gk_convolution
  }

  func inputBand(
    _ input: View, _ pending: PendingNormalization?, _ image: Int, _ outputs: Range<Int>,
    zeros: UnsafePointer<Float>, workspace: UnsafeMutablePointer<Float>
  ) -> InputBand {
    let rows = bands.inputRows(of: outputs)
    let stride = copiesInput ? inputStride : input.stride
    var g = bands.descriptor(
      inputs: rows, stride: stride, outputs: outputs, stride: channels, zeros: zeros)
    let base = UnsafeMutableRawPointer(workspace)
    if geometry.isDepthwise {
      pad(input, pending, image, rows, of: outputs, to: base)
      g.input_h = bands.paddedRows(of: outputs).count
      (g.input_w, g.pad_h, g.pad_w) = (bandWidth, 0, 0)
      return InputBand(base: base, convolution: g)
    }
    let first = input.row(rows.lowerBound, of: image, height: bands.inputHeight)
    guard let pending else { return InputBand(base: first, convolution: g) }
    kernels.normalization.scale_shift(
      pending.activation, first, input.stride, pending.rows.scale, pending.rows.shift, base,
      inputStride, rows.count * input.shape.w, input.shape.c)
    return InputBand(base: base, convolution: g)
  }

  /// Copies or normalizes input rows to the workspace, with zeros in place of padding on all sides:
  /// depthwise kernels are fastest where no tap lies outside.
  private func pad(
    _ input: View, _ pending: PendingNormalization?, _ image: Int, _ rows: Range<Int>,
    of outputs: Range<Int>, to target: UnsafeMutableRawPointer
  ) {
    let size = kernels.precision.byteCount
    let (pixel, width) = (inputStride * size, input.shape.w)
    let left = geometry.padding.w * pixel
    let right = bandWidth * pixel - left - width * pixel
    var line = target
    for row in bands.paddedRows(of: outputs) {
      defer { line += bandWidth * pixel }
      guard rows.contains(row) else {
        memset(line, 0, bandWidth * pixel)
        continue
      }
      memset(line, 0, left)
      memset(line + left + width * pixel, 0, right)
      let source = input.row(row, of: image, height: bands.inputHeight)
      if let pending {
        kernels.normalization.scale_shift(
          pending.activation, source, input.stride, pending.rows.scale, pending.rows.shift,
          line + left, inputStride, width, input.shape.c)
      } else {
        for x in 0..<width {
          memcpy(line + left + x * pixel, source + x * input.stride * size, input.shape.c * size)
        }
      }
    }
  }

  private func convolve(
    _ source: InputBand, _ weights: UnsafePointer<Float>, _ epilogue: gk_epilogue,
    to target: View, _ image: Int, _ outputs: Range<Int>
  ) {
    var g = source.convolution
    g.output_stride = target.stride
    let table = kernels.convolution
    let first = target.row(outputs.lowerBound, of: image, height: bands.outputHeight)
    withUnsafePointer(to: g) { g in
      if geometry.isDepthwise {
        table.depthwise_output(g, source.base, weights, epilogue, first, 0, outputs.count)
      } else {
        table.output_from_input(
          g, source.base, weights, epilogue, first, 0, outputs.count * bands.output.w, 0,
          convolution.blocks(of: channels))
      }
    }
  }

  /// Merges the statistics of rows of one image into those of the `before` rows before them.
  private func addStatistics(
    _ values: View, _ image: Int, _ rows: Range<Int>, to partial: UnsafeMutablePointer<Float>,
    before: Int, workspace: UnsafeMutablePointer<Float>
  ) {
    let table = kernels.normalization
    let first = values.row(rows.lowerBound, of: image, height: bands.outputHeight)
    let pixels = rows.count * values.shape.w
    let target = before == 0 ? partial : workspace
    table.statistics(first, pixels, values.stride, channels, target, target + channels)
    if before > 0 {
      table.merge(
        partial, partial + channels, Double(before * values.shape.w), target, target + channels,
        Double(pixels), channels)
    }
  }
}
