import CGlimpseKernels

extension BandedPlan {
  func backward(_ pass: BackwardContext) -> [ParallelLoop] {
    let values = normalizationInput(pass.output, state: pass.state)
    let rows = NormalizationRows(pass.state, channels)
    let weights = UnsafePointer(geometry.packs ? pass.scratch : pass.parameters[0])
    let partial = pass.scratch + packedCount
    var loops: [ParallelLoop] = []
    if let normalization {
      let sums = pass.sums ?? partial + partialGradientCount
      let width = bands.output.w
      if pass.sums == nil {
        loops.append(
          normalization.collectSums(
            values, pass.outputGradient, sumParts, pixels: width, to: sums, rows,
            kernels.normalization))
      }
      loops.append(
        normalization.parameterGradients(
          sums, sumParts, pixels: width, rows, Array(pass.parameterGradients.suffix(4))))
    } else if hasBias {
      loops.append(
        convolution.biasGradient(pass.outputGradient, to: pass.parameterGradients[1]))
    }
    let target = pass.inputGradients[0]
    if target != nil {
      loops += convolution.pack(pass.parameters[0], .transposed, to: pass.scratch)
    }
    loops.append(
      ParallelLoop(backwardParts.tasks) { part, workspace in
        let gradients = partial + part * geometry.weightCount
        gradients.update(repeating: 0, count: geometry.weightCount)
        if let sums = target?.sums {
          (sums + 2 * part * bands.input.c).update(repeating: 0, count: 2 * bands.input.c)
        }
        bands.forEach(
          backwardParts.range(part), of: bands.inputHeight, count: backwardRows
        ) { image, inputs in
          let own = bands.ownOutputRows(of: inputs)
          let outputs = target == nil ? own : bands.outputRows(reading: inputs)
          let gradient = gradientBand(
            pass.outputGradient, values, rows, image, outputs,
            workspace: workspace + inputBandCount)
          addWeightGradient(
            pass, image, own, gradient, outputs.lowerBound, to: gradients,
            workspace: workspace)
          if let target {
            inputGradient(
              gradient, outputs, weights, to: target, image, inputs,
              zeros: pass.zeros)
            addSums(pass, image, inputs, part)
          }
        }
      })
    loops.append(
      convolution.addPartialGradients(
        partial, parts: backwardParts.tasks, to: pass.parameterGradients[0]))
    return loops
  }

  /// Rows of one image of the gradient of the convolution's output: in place, or computed from the
  /// gradient of the normalized output in the workspace.
  private func gradientBand(
    _ gradient: View, _ values: View, _ rows: NormalizationRows, _ image: Int,
    _ band: Range<Int>, workspace: UnsafeMutablePointer<Float>
  ) -> (base: UnsafeMutableRawPointer, stride: Int) {
    let first = gradient.row(band.lowerBound, of: image, height: bands.outputHeight)
    guard let normalization else { return (first, gradient.stride) }
    kernels.normalization.gradient_input(
      normalization.activation.code,
      values.row(band.lowerBound, of: image, height: bands.outputHeight), values.stride, rows.scale,
      rows.shift, rows.factor, rows.offset, first, gradient.stride, workspace, gradientStride,
      0, band.count * bands.output.w, channels)
    return (UnsafeMutableRawPointer(workspace), gradientStride)
  }

  /// Adds the contribution of output rows; `gradient` starts at row `first`.
  private func addWeightGradient(
    _ pass: BackwardContext, _ image: Int, _ outputs: Range<Int>,
    _ gradient: (base: UnsafeMutableRawPointer, stride: Int), _ first: Int,
    to target: UnsafeMutablePointer<Float>, workspace: UnsafeMutablePointer<Float>
  ) {
    guard !outputs.isEmpty else { return }
    let source = inputBand(
      pass.inputs[0], pass.pending[0], image, outputs, zeros: pass.zeros, workspace: workspace)
    var g = source.convolution
    g.output_stride = gradient.stride
    let skipped = (outputs.lowerBound - first) * bands.output.w * gradient.stride
    let base = gradient.base + skipped * kernels.precision.byteCount
    let table = kernels.convolution
    withUnsafePointer(to: g) { g in
      if geometry.isDepthwise {
        table.depthwise_weight_gradient(g, source.base, base, target, 0, outputs.count)
      } else {
        table.weight_gradient(
          g, source.base, base, target, 0, outputs.count, 0, geometry.taps, 0,
          convolution.blocks(of: channels))
      }
    }
  }

  private func inputGradient(
    _ gradient: (base: UnsafeMutableRawPointer, stride: Int), _ outputs: Range<Int>,
    _ weights: UnsafePointer<Float>, to target: GradientTarget, _ image: Int,
    _ inputs: Range<Int>, zeros: UnsafePointer<Float>
  ) {
    let first = target.view.row(inputs.lowerBound, of: image, height: bands.inputHeight)
    let epilogue = gk_epilogue(
      bias: nil, residual: target.accumulates ? UnsafeRawPointer(first) : nil,
      residual_stride: target.view.stride, activation: Activation.identity.code, stores_floats: 0)
    let g = bands.descriptor(
      inputs: inputs, stride: target.view.stride, outputs: outputs, stride: gradient.stride,
      zeros: zeros)
    let table = kernels.convolution
    withUnsafePointer(to: g) { g in
      if geometry.isDepthwise {
        table.depthwise_input(g, gradient.base, weights, epilogue, first, 0, inputs.count)
      } else {
        table.input_from_output(
          g, gradient.base, weights, epilogue, first, 0, inputs.count, 0,
          convolution.blocks(of: bands.input.c))
      }
    }
  }

  /// Adds the sums over rows of the input gradient for the input's pending normalization.
  private func addSums(_ pass: BackwardContext, _ image: Int, _ rows: Range<Int>, _ part: Int) {
    guard let target = pass.inputGradients[0], let sums = target.sums, let pending = pass.pending[0]
    else { return }
    let (input, gradient, channels) = (pass.inputs[0], target.view, bands.input.c)
    let sum = sums + 2 * part * channels
    kernels.normalization.gradient_sums(
      pending.activation, input.row(rows.lowerBound, of: image, height: bands.inputHeight),
      input.stride, pending.rows.scale, pending.rows.shift, pending.rows.mean,
      pending.rows.inverse, gradient.row(rows.lowerBound, of: image, height: bands.inputHeight),
      gradient.stride, sum, sum + channels, rows.count * input.shape.w, channels)
  }
}
