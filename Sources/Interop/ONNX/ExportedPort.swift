import Engine

/// An input or output of an exported network.
package struct ExportedPort: Hashable, Sendable {
  package let name: String
  let type: TensorType
  /// The extents; nil for a batch size that is left open.
  let dims: [Int?]

  /// The name of the open axis.
  static let batchAxis = "N"

  init(_ name: String, _ dims: [Int?], _ type: TensorType = .float) {
    (self.name, self.type, self.dims) = (name, type, dims)
  }

  /// The element type by the name of NumPy, and the extents: `float32 Nx3x416x416`.
  package var summary: String {
    (type == .float ? "float32 " : "\(type) ")
      + dims.map { $0.map(String.init) ?? Self.batchAxis }.joined(separator: "x")
  }
}

/// A value of the network within an ONNX model.
struct ONNXValue {
  let name: String
  let shape: Shape

  func port(isDynamic: Bool) -> ExportedPort {
    ExportedPort(name, [isDynamic ? nil : shape.n, shape.c, shape.h, shape.w])
  }
}

extension Shape {
  /// The extents in the order n, c, h, w (NCHW).
  var channelsFirst: [Int] { [n, c, h, w] }
}
