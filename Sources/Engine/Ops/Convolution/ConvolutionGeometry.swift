import CGlimpseKernels

/// The fixed numbers of a convolution; a transposed one has them, too, with input and output swapped.
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

  /// Throws where the numbers are of no convolution that kernels can run.
  func check(_ kind: String) throws(EngineError) {
    guard (1...1 << 20).contains(inputChannels), (1...1 << 20).contains(outputChannels),
      groups > 0, inputChannels % groups == 0, outputChannels % groups == 0
    else {
      throw EngineError(
        "\(kind): \(groups) groups must divide \(inputChannels) and \(outputChannels) channels")
    }
    guard [kernel.h, kernel.w].allSatisfy({ (1...121).contains($0) }), taps <= 121 else {
      throw EngineError("a kernel has 1 to 121 weights per channel, and this one is \(kernel)")
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
  /// True where every output pixel reads the input pixel at the same position, all its channels.
  var isPointwise: Bool { kernel == 1 && stride == 1 && padding == 0 && groups == 1 }
  var weightShape: [Int] { [kernel.h, kernel.w, inputChannels / groups, outputChannels] }
  var weightCount: Int { taps * (inputChannels / groups) * outputChannels }

  /// Output extent of an input extent (Dumoulin and Visin 2016, "A guide to convolution
  /// arithmetic", relation 14); zero or less where the kernel does not fit.
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

  /// The same without tensors, for packing weights.
  var bareDescriptor: gk_convolution {
    let shape = Shape(n: 1, h: 1, w: 1, c: 1)
    return descriptor(input: shape, inputStride: 0, output: shape, outputStride: 0, zeros: nil)
  }

  /// Zeros that kernels read where a tap is outside the image.
  var zeroCount: Int { max(inputChannels, outputChannels) + 64 }

  /// True where the weights are read as they are instead of packed.
  var packs: Bool { !isDepthwise }

  /// Floats that packed weights take on any instruction set: channels are padded to whole vectors,
  /// of at most 16 floats.
  func packedBound(transposed: Bool) -> Int {
    guard packs else { return 0 }
    let (channels, others) =
      transposed ? (inputChannels, outputChannels) : (outputChannels, inputChannels)
    let padded = (channels / groups + 15) / 16 * 16
    // Matrix units take 32 bfloat16 channels at a time, in the room of 16 floats.
    let summed = max(others / groups, (others / groups + 31) / 32 * 16)
    return taps * padded * groups * summed
  }

  /// Partial sums of a small layer's weight gradient: a number for any thread count.
  static let gradientParts = 16
  /// Floats of weights above which work is cut by channels rather than by pixels.
  static let largeWeights = 1 << 16

  /// Floats of partial sums of the weights' gradient; a large layer needs none.
  var partialGradientCount: Int {
    weightCount > Self.largeWeights ? 0 : weightCount * Self.gradientParts
  }
}
