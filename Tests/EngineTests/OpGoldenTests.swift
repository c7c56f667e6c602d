import Foundation
import TestSupport
import Testing

@testable import Engine

/// Every op against PyTorch, forward and backward: Golden/make_ops.py made ops.json.
@Suite struct OpGoldenTests {
  /// One op of the file.
  struct Golden: Decodable, Sendable {
    struct Parameter: Decodable, Sendable {
      let name: String
      let shape: [Int]
      /// Gradients of what is learned, new values of what is kept.
      let values: [Double]
      let isStatistic: Bool
    }
    let name: String
    let shapes: [[Int]]
    let scale: Double
    let outputShape: [Int]
    let output: [Double]
    let inputGradients: [[Double]]
    let parameters: [Parameter]
  }

  static let ops: [String: any Op] = [
    "relu": ActivationOp(.relu),
    "leaky_relu": ActivationOp(.leakyReLU(slope: 0.1)),
    "elu": ActivationOp(.elu(alpha: 0.7)),
    "silu": ActivationOp(.silu),
    "hard_swish": ActivationOp(.hardSwish),
    "gelu": ActivationOp(.gelu),
    "sigmoid": ActivationOp(.sigmoid),
    "tanh": ActivationOp(.tanh),
    "batch_norm": BatchNorm(channels: 4, epsilon: 1e-3, momentum: 0.03),
    "batch_norm_silu": BatchNorm(channels: 4, activation: .silu),
    "batch_norm_relu": BatchNorm(channels: 4, activation: .relu),
    "batch_norm_frozen": BatchNorm(channels: 4, frozen: true),
    "layer_norm": LayerNorm(channels: 5),
    "group_norm": GroupNorm(groups: 2, channels: 6),
    "instance_norm": GroupNorm.instance(channels: 4),
    "instance_norm_affine": GroupNorm.instance(channels: 4, affine: true),
    "max_pool_2": MaxPool(kernel: 2),
    "max_pool_3_stride_2": MaxPool(kernel: 3, stride: 2, padding: 1),
    "max_pool_5_stride_1": MaxPool(kernel: 5, stride: 1, padding: 2),
    "average_pool_2": AveragePool(kernel: 2),
    "average_pool_3_padded": AveragePool(kernel: 3, stride: 2, padding: 1),
    "average_pool_3_unpadded": AveragePool(
      kernel: 3, stride: 2, padding: 1, countsPadding: false),
    "global_average_pool": AveragePool.global,
    "adaptive_average_pool": AveragePool.adaptive(Extent(h: 3, w: 4)),
    "adaptive_average_pool_up": AveragePool.adaptive(Extent(h: 5, w: 8)),
    "max_unpool": MaxUnpool(MaxPool(kernel: 2)),
    "nearest_upsample": NearestUpsample(factor: 3),
    "crop": Crop(margin: Extent(h: 1, w: 2)),
    "bilinear_upsample": BilinearUpsample(factor: 2),
    "bilinear_upsample_aligned": BilinearUpsample(factor: 3, alignCorners: true),
    "concat": Concat(),
    "add": Add(),
    "multiply": Multiply(),
    "multiply_gate": Multiply(),
    "softmax": Softmax(),
    "linear": Convolution.linear(5, 7),
    "conv_3": Convolution(4, 5, kernel: 3, bias: true),
    "conv_3_stride_2_dilation_2": Convolution(4, 5, kernel: 3, stride: 2, padding: 2, dilation: 2),
    "conv_groups": Convolution(4, 6, kernel: 3, groups: 2),
    "conv_1": Convolution(4, 9, kernel: 1, bias: true),
    "depthwise_5": Convolution(4, 4, kernel: 5, groups: 4, bias: true),
    "transposed_conv_2": TransposedConvolution(4, 3, kernel: 2, stride: 2, bias: true),
    "transposed_conv_3": TransposedConvolution(
      4, 3, kernel: 3, stride: 2, padding: 1, outputPadding: 1, bias: true),
  ]

  private static let file = Result {
    let place = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/ops.json")
    return try JSONDecoder().decode([Golden].self, from: Data(contentsOf: place))
  }

  /// As the script makes its numbers.
  static func pattern(_ count: Int, salt: Int, scale: Double = 1) -> [Float] {
    (0..<count).map { index in
      let k = (index + 1 + 101 * salt) % 2003
      let value = Float(Double(k * k % 2003 * k % 2003) / 1001.5 - 1)
      return Float(Double(value) * scale)
    }
  }

  @Test func theFileHasEveryOp() throws {
    #expect(Set(try Self.file.get().map(\.name)) == Set(Self.ops.keys))
  }

  @Test(arguments: ops.keys.sorted(), InstructionSet.available)
  func matchesPyTorch(_ name: String, _ set: InstructionSet) throws {
    let golden = try #require(try Self.file.get().first { $0.name == name })
    let scope = Scope()
    let op = try #require(Self.ops[name])
    let inputs = golden.shapes.map { scope.input(Shape(n: $0[0], h: $0[1], w: $0[2], c: $0[3])) }
    let graph = scope.finish(outputs: [scope["op"].apply(op, inputs)])
    let layout = graph.parameterLayout
    let parameters = ParameterBlock(zeros: layout)
    #expect(layout.entries.map(\.name) == golden.parameters.map { "op.\($0.name)" })
    for (index, parameter) in golden.parameters.enumerated() {
      let entry = try #require(layout["op.\(parameter.name)"])
      let shift: Float = parameter.name == "running_var" ? 1.25 : 0
      let values = Self.pattern(entry.range.count, salt: 10 + index).map { $0 * 0.5 + shift }
      parameters.importValues(values, for: entry)
    }
    let plan = try Plan(
      graph, inputShapes: inputs.map(\.shape), mode: .training(inputGradients: true),
      kernels: Kernels(set))
    let session = Session(plan, parameters: parameters, pool: ThreadPool(threads: 2))
    for (index, view) in session.inputs.enumerated() {
      let values = Self.pattern(view.shape.count, salt: index, scale: golden.scale)
      view.copy(from: Tensor(shape: view.shape, values: values))
    }
    session.forward()
    let output = session.outputs[0].tensor()
    let shape = output.shape
    #expect([shape.n, shape.h, shape.w, shape.c] == golden.outputShape)
    expectEqual(output.values, golden.output, "output")
    let weights = Self.pattern(output.shape.count, salt: 5)
    session.outputGradients[0].copy(from: Tensor(shape: output.shape, values: weights))
    session.backward()
    for (view, expected) in zip(session.inputGradients, golden.inputGradients) {
      expectEqual(view.tensor().values, expected, "input gradient")
    }
    let gradients = try #require(session.gradients)
    for parameter in golden.parameters {
      let entry = try #require(layout["op.\(parameter.name)"])
      let (shape, values) =
        (parameter.isStatistic ? parameters : gradients).exported(entry)
      #expect(shape == parameter.shape)
      expectEqual(values, parameter.values, parameter.name)
    }
  }

  /// Equal to 1e-5 of the largest.
  private func expectEqual(_ found: [Float], _ expected: [Double], _ what: String) {
    #expect(relativeDifference(found, expected, floor: 1e-3) < 1e-5, "\(what)")
  }
}
