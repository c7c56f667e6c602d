@testable import Basics
import Foundation
import TestSupport
import Testing

@testable import Engine
@testable import Interop

@Suite struct ONNXExportTests {
  /// A network of the ops that inference fuses: convolution, normalization, residual, activation.
  private struct Residual {
    let graph: Graph
    let parameters: ParameterBlock

    init(_ activation: Activation = .silu) {
      let scope = Scope()
      let x = scope.input(Shape(n: 2, h: 5, w: 4, c: 3))
      let y = scope["conv"].apply(Convolution(3, 3, kernel: 3), x)
      let z = scope["bn"].apply(BatchNorm(channels: 3, momentum: 0.03), y)
      let sum = scope["add"].apply(Add(), z, x)
      graph = scope.finish(outputs: [scope["act"].apply(ActivationOp(activation), sum)])
      parameters = ParameterBlock(graph.parameterLayout, seed: 5)
      var generator = SeededGenerator(seed: 6)
      for index in parameters.layout.trainable.upperBound..<parameters.layout.count {
        parameters.values[index] = generator.uniform(in: 0.5...1.5)
      }
    }

    func file(folded: Bool) throws -> ONNXFile {
      let (graph, parameters) =
        folded ? graph.foldingNormalization(parameters) : (graph, parameters)
      return try ONNXFile(
        graph.onnx(
          parameters, inputShapes: [Shape(n: 1, h: 7, w: 9, c: 3)], name: "residual",
          producerVersion: "1.2.3", metadata: ["key": "text", "another": "ü"]))
    }
  }

  @Test func aNetworkKeepsItsNamesAndShapes() throws {
    let network = Residual()
    let file = try network.file(folded: false)
    #expect(file.operatorSet == 17)
    #expect(file.inputs == ["input": [1, 3, 7, 9]] && file.outputs == ["act": [1, 3, 7, 9]])
    #expect(file.metadata == ["key": "text", "another": "ü"])
    #expect(
      file.nodes.map(\.type) == ["Conv", "BatchNormalization", "Add", "Sigmoid", "Mul"])
    #expect(file.nodes.map(\.name) == ["conv", "bn", "add", "act", "act/1"])
    #expect(file.nodes[0].inputs == ["input", "conv.weight"] && file.nodes[0].outputs == ["conv"])
    #expect(file.nodes[0].numbers["pads"] == [1, 1, 1, 1])
    #expect(file.nodes[2].inputs == ["bn", "input"])
    let layout = network.parameters.layout
    #expect(Set(file.constants.keys) == Set(layout.entries.map(\.name)))
    for entry in layout.entries {
      let (shape, values) = network.parameters.exported(entry)
      #expect(file.constants[entry.name]?.shape == shape)
      #expect(file.constants[entry.name]?.values == values)
    }
  }

  @Test func foldingLeavesConvolutions() throws {
    let file = try Residual().file(folded: true)
    #expect(file.nodes.map(\.type) == ["Conv", "Add", "Sigmoid", "Mul"])
    #expect(Set(file.constants.keys) == ["conv.weight", "conv.bias"])
    #expect(file.outputs == ["conv": [1, 3, 7, 9]])
  }

  @Test func whatONNXLacksIsSaid() {
    var refused: [String] = []
    for test in OpCase.small {
      let network = Single(test)
      do {
        _ = try network.bytes()
      } catch {
        #expect(error.description.hasPrefix("op: ONNX has no operator for \(test.op.kind)"))
        refused.append(test.name)
      }
    }
    #expect(
      refused == [
        "adaptive average pool", "adaptive, larger", "max unpool 2", "max unpool 3 / 2",
      ])
  }

  /// One op with random parameters.
  private struct Single {
    let graph: Graph
    let parameters: ParameterBlock

    init(_ test: OpCase) {
      let scope = Scope()
      let inputs = test.inputs.map { scope.input($0) }
      graph = scope.finish(outputs: [scope["op"].apply(test.op, inputs)])
      parameters = ParameterBlock(zeros: graph.parameterLayout)
      var generator = SeededGenerator(seed: 9)
      for index in parameters.values.indices {
        parameters.values[index] = generator.uniform(in: 0.5...1.5)
      }
    }

    func bytes() throws(EngineError) -> [UInt8] {
      try graph.onnx(
        parameters, inputShapes: graph.inputs.map { graph.shapes[$0] }, name: "op",
        producerVersion: "0")
    }
  }

  /// Python with onnx and onnxruntime, where it was installed beside the sources.
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let python = root.appending(path: ".peers/bin/python").path
  private static let hasPython = FileManager.default.isExecutableFile(atPath: python)

  @Test(.enabled(if: hasPython, "needs .peers/bin/python with onnx and onnxruntime"))
  func onnxruntimeComputesTheSame() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "onnx-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func path(_ name: String) -> URL { folder.appending(path: name) }

    let fused = [Activation.silu, .gelu, .hardSwish, .relu].map { activation in
      let network = Residual(activation)
      return ("fused \(activation)", network.graph.foldingNormalization(network.parameters))
    }
    let single = OpCase.small.map { ($0.name, (Single($0).graph, Single($0).parameters)) }
    var expected: [(name: String, values: [Float])] = []
    for (index, (name, (graph, parameters))) in (fused + single).enumerated() {
      let shapes = graph.inputs.map { graph.shapes[$0] }
      guard
        let bytes = try? graph.onnx(
          parameters, inputShapes: shapes, name: name, producerVersion: "0")
      else { continue }
      try Data(bytes).write(to: path("\(index).onnx"))
      let session = try Session(
        Plan(
          graph, inputShapes: shapes, mode: .inference, kernels: Kernels(InstructionSet.chosen())),
        parameters: parameters, pool: ThreadPool(threads: 1))
      for (place, view) in session.inputs.enumerated() {
        var generator = SeededGenerator(seed: UInt64(place))
        let values = (0..<view.shape.count).map { _ in generator.uniform(in: -4...4) }
        let tensor = Tensor(shape: view.shape, values: values)
        view.copy(from: tensor)
        try tensor.channelsFirst.withUnsafeBytes {
          try Data($0).write(to: path("\(index).\(place).f32"))
        }
      }
      session.forward()
      expected.append(("\(index)", session.outputs[0].tensor().channelsFirst))
    }

    let process = Process()
    process.executableURL = URL(filePath: Self.python)
    process.arguments = [
      Self.root.appending(path: "Tests/EngineTests/Golden/run_onnx.py").path, folder.path,
    ]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    #expect(expected.count == fused.count + OpCase.small.count - 4)
    for (name, values) in expected {
      let found = try [UInt8](Data(contentsOf: path("\(name).out.f32"))).withUnsafeBytes {
        [Float]($0.bindMemory(to: Float.self))
      }
      #expect(relativeDifference(found, values, floor: 1) <= 1e-5, "\(name)")
    }
  }
}
