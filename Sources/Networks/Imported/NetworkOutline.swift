/// What a network of another program states about itself, by which its recipe is recognized.
package struct NetworkOutline: Sendable {
  /// An input or output; a free extent of an input is nil.
  package struct Port: Hashable, Sendable {
    package let name: String
    package let dims: [Int?]

    package init(name: String, dims: [Int?]) { (self.name, self.dims) = (name, dims) }
  }

  /// A [yolo] layer of Darknet.
  package struct YOLOHead: Hashable, Sendable {
    /// The output of the layer before it.
    package let output: String
    /// Widths and heights in pixels of the input.
    package let anchors: [SIMD2<Double>]
    /// Its `scale_x_y`.
    package let scale: Double
    package let classCount: Int

    package init(output: String, anchors: [SIMD2<Double>], scale: Double, classCount: Int) {
      (self.output, self.anchors) = (output, anchors)
      (self.scale, self.classCount) = (scale, classCount)
    }
  }

  /// The name of the file without folder and ending.
  package var name: String
  /// The image: the only input.
  package var input: Port
  /// The height and the width of the input; where they are free, those that `outputs` are for.
  package var height: Int
  package var width: Int
  /// The number of channels of the input.
  package var channels: Int
  /// Whether other heights and widths are possible.
  package var hasFreeSize: Bool
  /// The outputs for one image of that size.
  package var outputs: [Port]
  /// The metadata of an ONNX file.
  package var metadata: [String: String]
  package var yoloHeads: [YOLOHead]

  package init(
    name: String, input: Port, height: Int, width: Int, channels: Int, hasFreeSize: Bool,
    outputs: [Port], metadata: [String: String] = [:], yoloHeads: [YOLOHead] = []
  ) {
    (self.name, self.input, self.height, self.width) = (name, input, height, width)
    (self.channels, self.hasFreeSize, self.outputs) = (channels, hasFreeSize, outputs)
    (self.metadata, self.yoloHeads) = (metadata, yoloHeads)
  }

  /// The extents of the outputs, with 0 for one that is not known.
  package var outputDims: [[Int]] { outputs.map { $0.dims.map { $0 ?? 0 } } }

  /// The number of cells of some strides, each rounded up.
  package func cells(strides: [Int]) -> Int {
    strides.reduce(0) { $0 + (height + $1 - 1) / $1 * ((width + $1 - 1) / $1) }
  }
}
