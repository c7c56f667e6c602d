import Basics
import Foundation
import TestSupport
import Testing

@testable import Engine
@testable import Interop

@Suite struct ONNXImportTests {
  /// What the engine computes and what the exported file computes after its import.
  private func outputs(
    _ graph: Graph, _ parameters: ParameterBlock, _ inputs: [[Float]], isDynamic: Bool = false
  ) throws -> (engine: [[Float]], imported: [[Float]]) {
    let shapes = graph.inputs.map { graph.shapes[$0] }
    let model = ONNXModel()
    // A batch size that is left open is not that of the export.
    let exported =
      isDynamic ? shapes.map { Shape(n: $0.n + 1, h: $0.h, w: $0.w, c: $0.c) } : shapes
    let values = try graph.add(to: model, parameters, inputShapes: exported, isDynamic: isDynamic)
    for value in values { model.addOutput(value.port(isDynamic: isDynamic)) }
    let bytes = model.bytes(name: "test", producerVersion: "1", metadata: [:])
    let network = try bytes.withUnsafeBytes { try ONNXReader(path: "test.onnx").network($0) }
    let dims = zip(model.inputs, shapes).map { ($0.name, $1.channelsFirst) }
    let imported = try ONNXImporter.network(
      network, path: "test.onnx",
      inputDims: isDynamic ? Dictionary(uniqueKeysWithValues: dims) : [:])
    let (kernels, pool) = (try Kernels(.scalar), ThreadPool(threads: 1))
    let session = Session(
      try Plan(graph, inputShapes: shapes, mode: .inference, kernels: kernels),
      parameters: parameters, pool: pool)
    for (view, values) in zip(session.inputs, inputs) {
      view.copy(from: Tensor(shape: view.shape, values: values))
    }
    session.forward()
    let files = zip(shapes, inputs).map { Tensor(shape: $0, values: $1).channelsFirst }
    return (
      session.outputs.map { $0.tensor().channelsFirst },
      try imported.run(files, kernels: kernels, pool: pool)
    )
  }

  /// Every op that can be exported is read back with the same result (the engine's own, whose tests
  /// compare it with PyTorch), also where the file leaves the batch size open.
  @Test(arguments: [false, true])
  func exportedOpsAreReadBack(isDynamic: Bool) throws {
    var count = 0
    for test in OpCase.small {
      let scope = Scope()
      let values = test.inputs.map { scope.input($0) }
      let graph = scope.finish(outputs: [scope["op"].apply(test.op, values)])
      let parameters = ParameterBlock(graph.parameterLayout, seed: 3)
      var generator = SeededGenerator(seed: 4)
      for index in parameters.layout.trainable.upperBound..<parameters.layout.count {
        parameters.values[index] = generator.uniform(in: 0.5...1.5)
      }
      let inputs = test.inputs.map { shape in
        (0..<shape.count).map { _ in generator.uniform(in: -1...1) }
      }
      let results: (engine: [[Float]], imported: [[Float]])
      do {
        results = try outputs(graph, parameters, inputs, isDynamic: isDynamic)
      } catch is EngineError {
        continue  // ONNX has no operator for it: ONNXExportTests lists them.
      }
      count += 1
      #expect(results.engine[0].count == results.imported[0].count, "\(test.name)")
      for (a, b) in zip(results.engine[0], results.imported[0]) {
        guard abs(a - b) <= 1e-5 * max(1, abs(a)) else {
          Issue.record("\(test.name): \(a) and \(b)")
          break
        }
      }
    }
    #expect(count > 20)
  }

  /// All lengths of truncation and thousands of changed bytes end in an error or a network, never in
  /// a trap.
  @Test func damagedFilesAreRefused() throws {
    let scope = Scope()
    let x = scope.input(Shape(n: 1, h: 6, w: 6, c: 3))
    let y = scope["conv"].apply(Convolution(3, 4, kernel: 3), x)
    let z = scope["pool"].apply(MaxPool(kernel: 2), scope["bn"].apply(BatchNorm(channels: 4), y))
    let up = scope["up"].apply(NearestUpsample(factor: 2), z)
    let graph = scope.finish(outputs: [scope["concat"].apply(Concat(), y, up)])
    let bytes = try graph.onnx(
      ParameterBlock(graph.parameterLayout, seed: 1), inputShapes: [x.shape], name: "fuzz",
      producerVersion: "1")
    func read(_ bytes: [UInt8]) {
      do {
        let network = try bytes.withUnsafeBytes { try ONNXReader(path: "fuzz.onnx").network($0) }
        _ = try ONNXImporter.network(network, path: "fuzz.onnx")
      } catch {
        #expect(error is InteropError)
      }
    }
    for length in 0..<bytes.count { read(Array(bytes[..<length])) }
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<3000 {
      var changed = bytes
      for _ in 0..<Int(generator.next() % 4) + 1 {
        changed[Int(generator.next() % UInt64(bytes.count))] = UInt8(
          truncatingIfNeeded: generator.next())
      }
      read(changed)
    }
  }

  @Test func reshapingIsAViewWhereItCanBe() {
    let x = Operand(integers: Array(0..<24), dims: [2, 3, 4])
    #expect(x.reshaped([6, 4])?.strides == [4, 1])
    #expect(x.reshaped([2, 1, 12])?.strides == [12, 12, 1])
    let turned = x.transposed([0, 2, 1])
    // Axes 4 x 3 have strides 1 and 4: joined they would need a copy, split they do not.
    #expect(turned.reshaped([2, 12]) == nil)
    #expect(
      turned.reshaped([2, 2, 2, 3])?.integers == [
        0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11, 12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23,
      ])
  }

  /// Windows at odd sizes (README of ../shared/imports, "Convolution and pooling"): the last window
  /// of ceil mode must start inside the image.
  @Test func windowsAreCounted() {
    var axis = WindowAxis(extent: 5, kernel: 2, stride: 2, dilation: 1, before: 0, after: 0)
    #expect(axis.windows == 2)
    axis.roundsUp = true
    #expect(axis.windows == 3 && axis.needed == 1)
    axis = WindowAxis(
      extent: 4, kernel: 2, stride: 3, dilation: 1, before: 1, after: 1, roundsUp: true)
    // Starts -1 and 2; a third at 5 would lie outside.
    #expect(axis.windows == 2)
  }
}
