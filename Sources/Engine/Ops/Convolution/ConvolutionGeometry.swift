import CGlimpseKernels

/// The hyperparameters of a convolution, or of the convolution that a transposed one inverts.
package struct ConvolutionGeometry: Hashable, Sendable {
  var inputChannels: Int
  var outputChannels: Int
  package var kernel: Extent
  package var stride: Extent
  package var padding: Extent
  package var dilation: Extent
  package var groups: Int

  init(
    inputChannels: Int, outputChannels: Int, kernel: Extent, stride: Extent, padding: Extent?,
    dilation: Extent, groups: Int
  ) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernel = kernel
    self.stride = stride
    self.padding =
      padding
      ?? Extent(h: dilation.h * (kernel.h - 1) / 2, w: dilation.w * (kernel.w - 1) / 2)
    self.dilation = dilation
    self.groups = groups
  }

  /// Throws for hyperparameters that the kernels do not support.
  func check(_ kind: String) throws(EngineError) {
    guard (1...1 << 20).contains(inputChannels), (1...1 << 20).contains(outputChannels),
      groups > 0, inputChannels % groups == 0, outputChannels % groups == 0
    else {
      throw EngineError(
        "\(kind): \(groups) groups must divide \(inputChannels) and \(outputChannels) channels")
    }
    guard [kernel.h, kernel.w].allSatisfy({ (1...121).contains($0) }), taps <= 121 else {
      throw EngineError("a kernel must have 1 to 121 weights per channel, not \(kernel)")
    }
    guard [stride.h, stride.w, dilation.h, dilation.w].allSatisfy({ (1...1 << 12).contains($0) }),
      [padding.h, padding.w].allSatisfy({ (0...1 << 12).contains($0) })
    else {
      throw EngineError(
        "\(kind): stride \(stride) and dilation \(dilation) must be from 1 to 4096, and padding "
          + "\(padding) from 0 to 4096")
    }
  }

  var taps: Int { kernel.h * kernel.w }
  var isDepthwise: Bool { groups > 1 && groups == inputChannels && groups == outputChannels }
  /// True for a 1x1 convolution with stride 1 and without padding and groups.
  var isPointwise: Bool { kernel == 1 && stride == 1 && padding == 0 && groups == 1 }
  var weightShape: [Int] { [kernel.h, kernel.w, inputChannels / groups, outputChannels] }
  var weightCount: Int { taps * (inputChannels / groups) * outputChannels }

  /// The output extent for an input extent (Dumoulin and Visin 2016, "A guide to convolution
  /// arithmetic", relation 14); not positive if the kernel does not fit.
  func outputExtent(h: Int, w: Int) -> Extent {
    Extent(
      h: (h + 2 * padding.h - dilation.h * (kernel.h - 1) - 1 + stride.h) / stride.h,
      w: (w + 2 * padding.w - dilation.w * (kernel.w - 1) - 1 + stride.w) / stride.w)
  }

  /// The C description for tensors in memory.
  func descriptor(
    input: Shape, inputStride: Int, output: Shape, outputStride: Int,
    zeros: UnsafePointer<Float>?
  ) -> gk_convolution {
    gk_convolution(
      n: input.n, input_h: input.h, input_w: input.w, input_c: inputChannels,
      input_stride: inputStride, output_h: output.h, output_w: output.w,
      output_c: outputChannels, output_stride: outputStride, kernel_h: kernel.h,
      kernel_w: kernel.w, stride_h: stride.h, stride_w: stride.w, pad_h: padding.h,
      pad_w: padding.w, dilation_h: dilation.h, dilation_w: dilation.w, groups: groups,
      zeros: zeros)
  }

  /// The C description without tensors, for packing weights.
  var bareDescriptor: gk_convolution {
    let shape = Shape(n: 1, h: 1, w: 1, c: 1)
    return descriptor(input: shape, inputStride: 0, output: shape, outputStride: 0, zeros: nil)
  }

  /// Size of the zero buffer that kernels read for taps outside the image, in floats.
  var zeroCount: Int { max(inputChannels, outputChannels) + 64 }

  /// True if the kernels read packed weights; depthwise kernels read them unpacked.
  var packs: Bool { !isDepthwise }

  /// Upper bound of the packed weights on any instruction set, in floats; channels are padded to
  /// whole vectors of at most 16 floats.
  func packedBound(transposed: Bool) -> Int {
    guard packs else { return 0 }
    let (channels, others) =
      transposed ? (inputChannels, outputChannels) : (outputChannels, inputChannels)
    let padded = (channels / groups + 15) / 16 * 16
    // AMX processes 32 bfloat16 channels at a time, in the space of 16 floats.
    let summed = max(others / groups, (others / groups + 31) / 32 * 16)
    return taps * padded * groups * summed
  }

  /// The number of partial weight gradients of a small layer, independent of the thread count.
  static let gradientParts = 16
  /// Weight count above which work is partitioned by channels instead of pixels.
  static let largeWeights = 1 << 16

  /// Size of the partial weight gradients in floats; 0 for a large layer.
  var partialGradientCount: Int {
    weightCount > Self.largeWeights ? 0 : weightCount * Self.gradientParts
  }
}
