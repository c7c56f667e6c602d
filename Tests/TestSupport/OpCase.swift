import Basics
import Testing

import Engine

/// One op with the inputs that it is tested on.
package struct OpCase: Sendable, CustomTestStringConvertible {
  /// How input values are chosen.
  package enum Values: Sendable {
    /// Anywhere in -1...1.
    case any
    /// At least 1/16 from each other and 1/32 from each multiple of 1/16: no step of less than
    /// 1/32 changes which is largest or passes a kink.
    case apart
  }

  package let name: String
  package let op: any Op
  package var inputs: [Shape]
  package var values = Values.any

  package init(_ name: String, _ op: any Op, _ inputs: [Int]..., values: Values = .any) {
    self.name = name
    self.op = op
    self.inputs = inputs.map { Shape(n: $0[0], h: $0[1], w: $0[2], c: $0[3]) }
    self.values = values
  }

  package var testDescription: String { name }

  /// Values of one input, the same for a seed.
  package func tensor(_ shape: Shape, seed: UInt64) -> Tensor {
    var generator = SeededGenerator(seed: seed)
    switch values {
    case .any:
      let values = (0..<shape.count).map { _ in generator.uniform(in: -1...1) }
      return Tensor(shape: shape, values: values)
    case .apart:
      let values = (0..<shape.count).map { (Float($0 - shape.count / 2) + 0.5) / 16 }
      return Tensor(shape: shape, values: values.shuffled(using: &generator))
    }
  }
}

extension OpCase {
  /// Small ones for central differences: odd sizes, all options.
  package static let small: [OpCase] =
    activations + normalizations + pools + resamplings + arithmetic + convolutions

  private static let activations: [OpCase] = [
    OpCase("identity", ActivationOp(.identity), [2, 3, 5, 3]),
    OpCase("relu", ActivationOp(.relu), [2, 3, 5, 3], values: .apart),
    OpCase("leaky relu", ActivationOp(.leakyReLU(slope: 0.1)), [2, 3, 5, 3], values: .apart),
    OpCase("elu", ActivationOp(.elu(alpha: 0.7)), [2, 3, 5, 3], values: .apart),
    OpCase("silu", ActivationOp(.silu), [2, 3, 5, 3], values: .apart),
    OpCase("hard swish", ActivationOp(.hardSwish), [2, 3, 5, 5], values: .apart),
    OpCase("gelu", ActivationOp(.gelu), [2, 3, 5, 3], values: .apart),
    OpCase("sigmoid", ActivationOp(.sigmoid), [2, 3, 5, 3]),
    OpCase("tanh", ActivationOp(.tanh), [2, 3, 5, 3]),
  ]

  private static let normalizations: [OpCase] = [
    OpCase("batch norm", BatchNorm(channels: 5), [3, 3, 5, 5]),
    OpCase("batch norm, silu", BatchNorm(channels: 3, activation: .silu), [2, 5, 3, 3]),
    OpCase("batch norm, wide", BatchNorm(channels: 67), [1, 2, 3, 67]),
    OpCase(
      "batch norm, frozen, gelu", BatchNorm(channels: 3, activation: .gelu, frozen: true),
      [2, 3, 5, 3]),
    OpCase("layer norm", LayerNorm(channels: 7), [2, 3, 5, 7]),
    OpCase("layer norm, wide", LayerNorm(channels: 35), [1, 2, 3, 35]),
    OpCase("group norm", GroupNorm(groups: 3, channels: 6), [2, 3, 5, 6]),
    OpCase("group norm, one group", GroupNorm(groups: 1, channels: 5), [1, 5, 3, 5]),
    OpCase("group norm, plain", GroupNorm(groups: 2, channels: 4, affine: false), [3, 3, 3, 4]),
    OpCase("instance norm", GroupNorm.instance(channels: 3), [2, 3, 5, 3]),
    OpCase("instance norm, affine", GroupNorm.instance(channels: 3, affine: true), [2, 3, 5, 3]),
  ]

  private static let pools: [OpCase] = [
    OpCase("max pool 2", MaxPool(kernel: 2), [2, 7, 5, 3], values: .apart),
    OpCase(
      "max pool 3 / 2", MaxPool(kernel: 3, stride: 2, padding: 1), [2, 7, 5, 3], values: .apart),
    OpCase(
      "max pool 5 / 1", MaxPool(kernel: 5, stride: 1, padding: 2), [1, 7, 5, 3], values: .apart),
    OpCase(
      "max pool 2x3 / 1x2",
      MaxPool(
        kernel: Extent(h: 2, w: 3), stride: Extent(h: 1, w: 2), padding: Extent(h: 1, w: 0)),
      [1, 5, 7, 3], values: .apart),
    OpCase("average pool 2", AveragePool(kernel: 2), [2, 7, 5, 3]),
    OpCase("average pool 3 / 2", AveragePool(kernel: 3, stride: 2, padding: 1), [2, 7, 5, 3]),
    OpCase(
      "average pool 3 / 1, real values",
      AveragePool(kernel: 3, stride: 1, padding: 1, countsPadding: false), [1, 7, 5, 3]),
    OpCase("global average pool", AveragePool.global, [2, 7, 5, 3]),
    OpCase(
      "adaptive average pool", AveragePool.adaptive(Extent(h: 3, w: 2)), [2, 7, 5, 3]),
    OpCase("adaptive, larger", AveragePool.adaptive(Extent(h: 5, w: 7)), [1, 3, 5, 3]),
    OpCase(
      "max unpool 2", MaxUnpool(MaxPool(kernel: 2)), [2, 3, 2, 3], [2, 7, 5, 3], values: .apart),
    OpCase(
      "max unpool 3 / 2", MaxUnpool(MaxPool(kernel: 3, stride: 2, padding: 1)), [1, 4, 3, 3],
      [1, 7, 5, 3], values: .apart),
  ]

  private static let resamplings: [OpCase] = [
    OpCase("nearest x2", NearestUpsample(factor: 2), [2, 3, 5, 3]),
    OpCase("nearest x3", NearestUpsample(factor: 3), [1, 3, 2, 3]),
    OpCase("crop 1", Crop(margin: 1), [2, 4, 5, 3]),
    OpCase("crop 2x1", Crop(margin: Extent(h: 2, w: 1)), [2, 5, 3, 2]),
    OpCase("crop nothing", Crop(margin: 0), [2, 3, 2, 3]),
    OpCase("bilinear x2", BilinearUpsample(factor: 2), [2, 3, 5, 3]),
    OpCase("bilinear x3", BilinearUpsample(factor: 3), [1, 3, 2, 3]),
    OpCase("bilinear x2 of a row", BilinearUpsample(factor: 2), [1, 1, 3, 2]),
    OpCase("bilinear x2, aligned", BilinearUpsample(factor: 2, alignCorners: true), [2, 3, 5, 3]),
    OpCase(
      "bilinear x3 of a column, aligned", BilinearUpsample(factor: 3, alignCorners: true),
      [1, 3, 1, 3]),
  ]

  private static let arithmetic: [OpCase] = [
    OpCase("concat of 2", Concat(), [2, 3, 5, 3], [2, 3, 5, 1]),
    OpCase("concat of 3", Concat(), [1, 3, 5, 3], [1, 3, 5, 1], [1, 3, 5, 5]),
    OpCase("add", Add(), [2, 3, 5, 3], [2, 3, 5, 3]),
    OpCase("multiply", Multiply(), [2, 3, 5, 3], [2, 3, 5, 3]),
    OpCase("multiply by a gate", Multiply(), [2, 3, 5, 3], [2, 1, 1, 3]),
    OpCase("dropout", Dropout(rate: 0.3), [2, 3, 5, 3]),
    OpCase("dropout of nothing", Dropout(rate: 0), [2, 3, 5, 3]),
    OpCase("softmax", Softmax(), [2, 3, 5, 7]),
    OpCase("softmax, wide", Softmax(), [1, 2, 3, 35]),
    OpCase("flatten", Flatten(), [2, 3, 5, 3]),
  ]

  private static let convolutions: [OpCase] = [
    OpCase("linear", Convolution.linear(5, 7), [2, 3, 2, 5]),
    OpCase("linear without bias", Convolution.linear(3, 2, bias: false), [3, 1, 1, 3]),
    OpCase("conv 3", Convolution(3, 5, kernel: 3, bias: true), [2, 5, 3, 3]),
    OpCase("conv 3 / 2", Convolution(3, 4, kernel: 3, stride: 2), [1, 7, 5, 3]),
    OpCase("conv 1", Convolution(5, 3, kernel: 1), [1, 3, 5, 5]),
    OpCase(
      "conv 3, dilated, grouped", Convolution(4, 6, kernel: 3, dilation: 2, groups: 2),
      [1, 5, 7, 4]),
    OpCase("depthwise 3", Convolution(5, 5, kernel: 3, groups: 5, bias: true), [1, 5, 3, 5]),
    OpCase("depthwise 5 / 2", Convolution(3, 3, kernel: 5, stride: 2, groups: 3), [1, 7, 5, 3]),
    OpCase(
      "transposed conv 2 / 2", TransposedConvolution(3, 4, kernel: 2, stride: 2, bias: true),
      [1, 3, 5, 3]),
    OpCase(
      "transposed conv 3 / 2",
      TransposedConvolution(3, 2, kernel: 3, stride: 2, padding: 1, outputPadding: 1),
      [1, 3, 4, 3]),
  ]

  /// Large enough for several tasks and whole vectors, with rests.
  package static let large: [OpCase] = [
    OpCase("silu", ActivationOp(.silu), [2, 40, 41, 37]),
    OpCase("gelu", ActivationOp(.gelu), [2, 40, 41, 37]),
    OpCase("elu", ActivationOp(.elu(alpha: 1)), [2, 40, 41, 37]),
    OpCase("hard swish", ActivationOp(.hardSwish), [2, 40, 41, 37]),
    OpCase("tanh", ActivationOp(.tanh), [2, 40, 41, 37]),
    OpCase("batch norm, silu", BatchNorm(channels: 70, activation: .silu), [3, 30, 31, 70]),
    OpCase("batch norm, relu", BatchNorm(channels: 24, activation: .relu), [3, 50, 31, 24]),
    OpCase("batch norm", BatchNorm(channels: 16), [3, 60, 51, 16]),
    OpCase("layer norm", LayerNorm(channels: 70), [2, 40, 41, 70]),
    OpCase("group norm", GroupNorm(groups: 5, channels: 70), [2, 40, 41, 70]),
    OpCase("instance norm", GroupNorm.instance(channels: 37, affine: true), [1, 80, 41, 37]),
    OpCase("max pool 2", MaxPool(kernel: 2), [2, 80, 41, 70]),
    OpCase("max pool 3 / 2", MaxPool(kernel: 3, stride: 2, padding: 1), [2, 80, 41, 33]),
    OpCase("max pool 5 / 1", MaxPool(kernel: 5, stride: 1, padding: 2), [2, 20, 21, 70]),
    OpCase("average pool", AveragePool(kernel: 3, stride: 2, padding: 1), [2, 80, 41, 70]),
    OpCase("global average pool", AveragePool.global, [3, 80, 81, 70]),
    OpCase("adaptive", AveragePool.adaptive(7), [2, 80, 81, 37]),
    OpCase("max unpool", MaxUnpool(MaxPool(kernel: 2)), [2, 40, 20, 70], [2, 80, 41, 70]),
    OpCase("nearest x2", NearestUpsample(factor: 2), [2, 40, 41, 37]),
    OpCase("crop", Crop(margin: Extent(h: 3, w: 10)), [2, 40, 61, 37]),
    OpCase("bilinear x2", BilinearUpsample(factor: 2), [2, 40, 41, 37]),
    OpCase("concat", Concat(), [2, 40, 41, 37], [2, 40, 41, 20]),
    OpCase("add", Add(), [2, 40, 41, 70], [2, 40, 41, 70]),
    OpCase("multiply", Multiply(), [2, 40, 41, 70], [2, 40, 41, 70]),
    OpCase("multiply by a gate", Multiply(), [2, 40, 41, 70], [2, 1, 1, 70]),
    OpCase("dropout", Dropout(rate: 0.5), [2, 40, 41, 70]),
    OpCase("softmax", Softmax(), [2, 40, 41, 70]),
    OpCase("flatten", Flatten(), [2, 40, 41, 70]),
    OpCase("linear", Convolution.linear(70, 37), [2, 20, 21, 70]),
  ]
}
