import TestSupport
import Testing

@testable import Engine

/// A NaN in an activation stays one, in every instruction set and precision, so that a training that
/// has diverged is noticed. What is expected is what PyTorch computes: `relu`, `hardswish` and the
/// others give NaN for NaN, and `max_pool2d` takes a NaN for the maximum of its window.
@Suite struct NotANumberTests {
  private static let kernels: [Kernels] =
    InstructionSet.available.flatMap { set in
      Precision.allCases.compactMap { try? Kernels(set, precision: $0) }
    } + [Kernels.emulatedMatrixUnits].compactMap { $0 }

  /// Channels that fill no whole number of vectors.
  private static let channels = 19

  private static let activations: [Activation] = [
    .identity, .relu, .leakyReLU(slope: 0.1), .leakyReLU(slope: 0), .elu(alpha: 0.7), .silu,
    .hardSwish, .gelu, .sigmoid, .tanh,
  ]

  private func run(_ graph: Graph, _ input: Tensor, _ kernels: Kernels) throws -> Tensor {
    let block = ParameterBlock(graph.parameterLayout, seed: 1)
    let (folded, parameters) = graph.optimizedForInference(block)
    let session = Session(
      try Plan(folded, inputShapes: [input.shape], mode: .inference, kernels: kernels),
      parameters: parameters, pool: ThreadPool(threads: 1))
    session.inputs[0].copy(from: input)
    session.forward()
    return session.outputs[0].tensor()
  }

  private func positions(_ tensor: Tensor) -> [Int] {
    tensor.values.indices.filter { tensor.values[$0].isNaN }
  }

  @Test(arguments: activations)
  func activationsKeepIt(_ activation: Activation) throws {
    let shape = Shape(n: 1, h: 3, w: 3, c: Self.channels)
    var input = Tensor(random: shape, seed: 2)
    // The first and last lane of a vector, and lanes of the rest.
    let places = [0, 15, 16, 18, 19 * 4 + 7, 19 * 8 + 18]
    for place in places { input.values[place] = .nan }
    let scope = Scope()
    let graph = scope.finish(
      outputs: [scope["op"].apply(ActivationOp(activation), scope.input(shape))])
    for kernels in Self.kernels {
      #expect(
        try positions(run(graph, input, kernels)) == places,
        "\(kernels.instructionSet) \(kernels.precision)")
    }
  }

  /// The activation of a convolution's epilogue: a pixel that is NaN makes all channels of the 3x3
  /// pixels around it NaN; those that Winograd's tiles add may be NaN, too.
  @Test(arguments: activations)
  func epiloguesKeepIt(_ activation: Activation) throws {
    let shape = Shape(n: 1, h: 9, w: 9, c: 16)
    var input = Tensor(random: shape, seed: 3)
    for channel in 0..<16 { input.values[(4 * 9 + 4) * 16 + channel] = .nan }
    let scope = Scope()
    let sum = scope["conv"].apply(
      Convolution(16, Self.channels, kernel: 3, bias: true), scope.input(shape))
    let graph = scope.finish(outputs: [scope["op"].apply(ActivationOp(activation), sum)])
    for kernels in Self.kernels {
      let output = try run(graph, input, kernels)
      for y in 3...5 {
        for x in 3...5 {
          let pixel = output.values[((y * 9 + x) * Self.channels)...].prefix(Self.channels)
          #expect(
            pixel.allSatisfy { $0.isNaN }, "\(kernels.instructionSet) \(kernels.precision)")
        }
      }
    }
  }

  @Test(arguments: [
    MaxPool(kernel: 2), MaxPool(kernel: 3, stride: 2, padding: 1),
    MaxPool(kernel: 5, stride: 1, padding: 2),
  ])
  func maxPoolingTakesItForTheMaximum(_ pool: MaxPool) throws {
    let test = OpCase("max pool", pool, [1, 8, 8, Self.channels], values: .apart)
    for kernels in Self.kernels {
      for place in [(0, 0), (3, 4), (7, 7)] {
        var network = try OpNetwork(test, .dense, kernels)
        let pixel = (place.0 * 8 + place.1) * Self.channels
        for channel in [0, 15, 18] { network.inputs[0].values[pixel + channel] = .nan }
        let (output, step) = (network.session.outputs[0].shape, network.step())
        var (expected, gradient): ([Int], Float) = ([], 0)
        for y in 0..<output.h {
          for x in 0..<output.w {
            let (top, left) = (
              y * pool.stride.h - pool.padding.h, x * pool.stride.w - pool.padding.w
            )
            guard (top..<top + pool.kernel.h).contains(place.0),
              (left..<left + pool.kernel.w).contains(place.1)
            else { continue }
            let window = (y * output.w + x) * Self.channels
            expected += [0, 15, 18].map { window + $0 }
            gradient += network.weights[0].values[window + 15]
          }
        }
        let name = "\(kernels.instructionSet) \(kernels.precision) at \(place)"
        #expect(positions(step.outputs[0]) == expected, "\(name)")
        // It gets the gradients of all windows that it is in; bfloat16 has 8 bits.
        let found = step.inputGradients[0].values[pixel + 15]
        #expect(abs(found - gradient) <= (kernels.precision == .f32 ? 1e-5 : 0.1), "\(name)")
      }
    }
  }
}
