import CGlimpseKernels

/// The rows of a convolution's input and output, divided into bands that fit the L2 cache.
///
/// A band is a range of rows of one image. The images of a pointwise convolution count as one,
/// because their rows do not depend on each other.
struct RowBands {
  let geometry: ConvolutionGeometry
  let images: Int
  let input, output: Shape
  /// Rows per image.
  let inputHeight, outputHeight: Int

  /// The memory of a band, in bytes: about the L2 cache of most processors. Bands of a depthwise
  /// convolution are larger, because they read a halo of rows more than once.
  private var byteCount: Int { geometry.isDepthwise ? 1 << 20 : 512 << 10 }

  init(_ geometry: ConvolutionGeometry, input: Shape, output: Shape) {
    self.geometry = geometry
    (self.input, self.output) = (input, output)
    images = geometry.isPointwise ? 1 : input.n
    (inputHeight, outputHeight) = (
      input.n * input.h / images, output.n * output.h / images
    )
  }

  /// The number of output rows of a band, for rows of these sizes in values.
  func outputRows(_ precision: Precision, perInputRow: Int, perOutputRow: Int) -> Int {
    let budget = byteCount / precision.byteCount
    let halo = (geometry.kernel.h - 1) * geometry.dilation.h * perInputRow
    let fitting = (budget - halo) / max(1, geometry.stride.h * perInputRow + perOutputRow)
    return max(1, min(fitting, outputHeight))
  }

  /// Calls `body` for bands of at most `count` rows in a range of the rows of all images.
  func forEach(
    _ rows: (begin: Int, end: Int), of height: Int, count: Int,
    _ body: (_ image: Int, _ rows: Range<Int>) -> Void
  ) {
    var row = rows.begin
    while row < rows.end {
      let (image, first) = row.quotientAndRemainder(dividingBy: height)
      let last = min(first + count, height, first + rows.end - row)
      body(image, first..<last)
      row += last - first
    }
  }

  /// The input rows that output rows read, with those of the padding.
  func paddedRows(of outputs: Range<Int>) -> Range<Int> {
    guard !outputs.isEmpty else { return 0..<0 }
    let (stride, padding) = (geometry.stride.h, geometry.padding.h)
    let reach = (geometry.kernel.h - 1) * geometry.dilation.h
    return outputs.lowerBound * stride - padding..<(outputs.upperBound - 1) * stride - padding
      + reach + 1
  }

  /// The input rows inside the image that output rows read.
  func inputRows(of outputs: Range<Int>) -> Range<Int> {
    paddedRows(of: outputs).clamped(to: 0..<inputHeight)
  }

  /// The output rows that read any of the input rows.
  func outputRows(reading inputs: Range<Int>) -> Range<Int> {
    let (stride, padding) = (geometry.stride.h, geometry.padding.h)
    let begin = inputs.lowerBound + padding - (geometry.kernel.h - 1) * geometry.dilation.h
    let first = min(outputHeight, (max(0, begin) + stride - 1) / stride)
    let last = min(outputHeight, (inputs.upperBound - 1 + padding) / stride + 1)
    return first..<max(first, last)
  }

  /// The output rows that belong to a band of input rows, so that each belongs to one band.
  func ownOutputRows(of inputs: Range<Int>) -> Range<Int> {
    let stride = geometry.stride.h
    func row(_ input: Int) -> Int { min(outputHeight, (input + stride - 1) / stride) }
    return row(
      inputs.lowerBound)..<(inputs.upperBound == inputHeight
      ? outputHeight : row(inputs.upperBound))
  }

  /// The C description of the convolution between rows of one image, which start at the addresses
  /// given to the kernel.
  func descriptor(
    inputs: Range<Int>, stride inputStride: Int, outputs: Range<Int>, stride outputStride: Int,
    zeros: UnsafePointer<Float>
  ) -> gk_convolution {
    var g = geometry.descriptor(
      input: input, inputStride: inputStride, output: output, outputStride: outputStride,
      zeros: zeros)
    (g.n, g.input_h, g.output_h) = (1, inputs.count, outputs.count)
    g.pad_h = geometry.padding.h - outputs.lowerBound * geometry.stride.h + inputs.lowerBound
    return g
  }
}
