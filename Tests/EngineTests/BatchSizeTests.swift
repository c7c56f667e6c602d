import TestSupport
import Testing

@testable import Engine

/// An image gives the same bits alone and in a batch of 16, forward and in the inputs' gradients.
@Suite struct BatchSizeTests {
  static let images = 16

  /// All ops but those that mix images (normalization by the batch) or draw by position (dropout),
  /// and convolutions on small images, where Winograd's tiles pay for a batch and not for one image.
  static let cases =
    OpCase.small.filter {
      !($0.op is BatchNorm && !$0.name.contains("frozen")) && !($0.op is Dropout)
    } + [
      OpCase("conv of 4x4", Convolution(64, 64, kernel: 3), [1, 4, 4, 64]),
      OpCase("conv of 7x7", Convolution(96, 80, kernel: 3), [1, 7, 7, 96]),
      OpCase("conv of 14x14", Convolution(64, 128, kernel: 3), [1, 14, 14, 64]),
      OpCase("conv of 28x26", Convolution(40, 64, kernel: 3), [1, 28, 26, 40]),
      OpCase("transposed conv of 7x7", TransposedConvolution(64, 64, kernel: 3), [1, 7, 7, 64]),
      OpCase("group norm", GroupNorm(groups: 5, channels: 70), [1, 40, 41, 70]),
      OpCase("gate", Multiply(), [1, 40, 41, 70], [1, 1, 1, 70]),
    ]

  @Test(arguments: cases)
  func anImageDoesNotDependOnItsBatch(_ test: OpCase) throws {
    for set in InstructionSet.available {
      for precision in Precision.allCases {
        guard let kernels = try? Kernels(set, precision: precision) else { continue }
        try check(test, kernels)
      }
    }
  }

  private func check(_ test: OpCase, _ kernels: Kernels) throws {
    let all = try OpNetwork(test.with(images: Self.images), .dense, kernels, threads: 2)
    let batch = all.step()
    var one = try OpNetwork(test.with(images: 1), .dense, kernels, threads: 2)
    for image in [0, 7, Self.images - 1] {
      one.inputs = all.inputs.map { $0.image(image) }
      one.weights = all.weights.map { $0.image(image) }
      let found = one.step()
      #expect(found.outputs == batch.outputs.map { $0.image(image) }, "output, \(kernels)")
      #expect(
        found.inputGradients == batch.inputGradients.map { $0.image(image) },
        "input gradient, \(kernels)")
    }
  }
}

extension OpCase {
  fileprivate func with(images: Int) -> OpCase {
    var result = self
    result.inputs = inputs.map { $0.with(n: images) }
    return result
  }
}

extension Tensor {
  fileprivate func image(_ index: Int) -> Tensor {
    let count = shape.count / shape.n
    return Tensor(
      shape: shape.with(n: 1), values: Array(values[index * count..<(index + 1) * count]))
  }
}
