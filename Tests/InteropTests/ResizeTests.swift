import Testing

@testable import Engine
@testable import Interop

/// Resizing modes that no network of the references has; values of the onnx package's test data, 1.17.0.
@Suite struct ResizeTests {
  private static let image = (1...16).map { Float($0) }

  /// Resizes an image of 4 x 4 to `sizes`.
  private func resized(
    region: [Float], sizes: [Int], _ attributes: ONNXModel.Attributes
  ) throws -> [Float] {
    let model = ONNXModel()
    model.addInput(ExportedPort("x", [1, 1, 4, 4]))
    model.addOutput(ExportedPort("y", [1, 1] + sizes))
    if !region.isEmpty { model.addConstant("region", shape: [region.count], region) }
    model.addIntegers("sizes", [1, 1] + sizes)
    model.addNode(
      "Resize", name: "resize", inputs: ["x", region.isEmpty ? "" : "region", "", "sizes"],
      outputs: ["y"], attributes: attributes)
    let bytes = model.bytes(name: "test", producerVersion: "1", metadata: [:])
    let network = try bytes.withUnsafeBytes { try ONNXReader(path: "test.onnx").network($0) }
    let imported = try ONNXImporter.network(network, path: "test.onnx")
    return try imported.run([Self.image], kernels: Kernels(.scalar), pool: ThreadPool(threads: 1))[
      0]
  }

  @Test("the data of resize_tf_crop_and_resize_extrapolation_value and ..._axes_3_2")
  func cropping() throws {
    let outside = try resized(
      region: [0, 0, 0.4, 0.6, 1, 1, 1.2, 1.7], sizes: [3, 3],
      [
        ("coordinate_transformation_mode", .text("tf_crop_and_resize")), ("mode", .text("linear")),
        ("extrapolation_value", .float(10)),
      ])
    for (a, b) in zip(outside, [7.6, 10, 10, 12.4, 10, 10, 10, 10, 10] as [Float]) {
      #expect(abs(a - b) < 1e-5)
    }
    let inside = try resized(
      region: [0, 0, 0.4, 0.6, 1, 1, 0.6, 0.8], sizes: [3, 3],
      [("coordinate_transformation_mode", .text("tf_crop_and_resize")), ("mode", .text("linear"))])
    for (a, b) in zip(inside, [7.6, 7.9, 8.2, 8.8, 9.1, 9.4, 10, 10.3, 10.6] as [Float]) {
      #expect(abs(a - b) < 1e-5)
    }
  }

  @Test("a region that ends before it starts, or is no number, is refused")
  func hostileRegions() {
    for region: [Float] in [
      [0, 0, 0.4, 0.6, 1, 1, 0.2, 0.8], [0, 0, .nan, 0, 1, 1, 1, 1], [0, 1],
    ] {
      #expect(throws: InteropError.self) {
        _ = try resized(
          region: region, sizes: [3, 3],
          [("coordinate_transformation_mode", .text("tf_crop_and_resize"))])
      }
    }
  }

  @Test("the data of resize_downsample_sizes_nearest_tf_half_pixel_for_nn")
  func nearest() throws {
    let found = try resized(
      region: [], sizes: [3, 2],
      [
        ("coordinate_transformation_mode", .text("tf_half_pixel_for_nn")),
        ("mode", .text("nearest")),
      ])
    #expect(found == [6, 8, 10, 12, 14, 16])
  }

  /// 6 values in blocks of 2 with the scales 3, 5, 2 and the zero points 1, 3, 0: (x - zero) * scale.
  @Test func blocksHaveScales() throws {
    let model = ONNXModel()
    model.addInput(ExportedPort("x", [1, 6]))
    model.addOutput(ExportedPort("y", [1, 6]))
    model.addConstant("scale", shape: [1, 3], [3, 5, 2])
    model.addConstant("zero", shape: [1, 3], [1, 3, 0])
    model.addNode(
      "DequantizeLinear", name: "values", inputs: ["x", "scale", "zero"], outputs: ["y"],
      attributes: [("axis", .int(1)), ("block_size", .int(2))])
    let bytes = model.bytes(name: "test", producerVersion: "1", metadata: [:])
    let network = try bytes.withUnsafeBytes { try ONNXReader(path: "test.onnx").network($0) }
    let imported = try ONNXImporter.network(network, path: "test.onnx")
    let found = try imported.run(
      [[1, 2, 3, 4, 5, 6]], kernels: Kernels(.scalar), pool: ThreadPool(threads: 1))[0]
    #expect(found == [0, 3, 0, 5, 10, 12])
  }
}
