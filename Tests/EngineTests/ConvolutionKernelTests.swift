@testable import Basics
import CGlimpseKernels
import TestSupport
import Testing

@testable import Engine

/// Every kernel table against the scalar reference, on sizes that fit no vector or tile.
@Suite struct ConvolutionKernelTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var n = 1
    var h = 7
    var w = 9
    let input: Int
    let output: Int
    var kernel: Extent = 3
    var stride: Extent = 1
    var padding: Extent = 1
    var dilation: Extent = 1
    var groups = 1
    var activation = Activation.silu
    /// Floats between one pixel's channels and the next pixel's, three of them before the first.
    var gap = 5

    var testDescription: String {
      "\(n)x\(h)x\(w) \(input)->\(output) k\(kernel) s\(stride) p\(padding) d\(dilation) g\(groups)"
        + " \(activation) +\(gap)"
    }

    /// Where the first channel lies.
    var first: Int { min(3, gap) }

    /// The same with what is done to vectors in registers.
    func finished(by activation: Activation) -> Case {
      var result = self
      result.activation = activation
      return result
    }

    /// The same with pixels side by side, so that a kernel's row may be one tap.
    var dense: Case {
      var result = self
      result.gap = 0
      return result
    }

    var geometry: ConvolutionGeometry {
      ConvolutionGeometry(
        inputChannels: input, outputChannels: output, kernel: kernel, stride: stride,
        padding: padding, dilation: dilation, groups: groups)
    }
  }

  static let cases: [Case] = [
    Case(input: 1, output: 1), Case(input: 3, output: 5), Case(input: 5, output: 17),
    Case(input: 17, output: 33), Case(input: 33, output: 3), Case(input: 64, output: 64),
    Case(input: 16, output: 48), Case(input: 31, output: 100), Case(input: 8, output: 130),
    Case(h: 1, w: 1, input: 7, output: 9), Case(h: 2, w: 31, input: 4, output: 20),
    Case(input: 17, output: 33, kernel: 1, padding: 0),
    Case(n: 3, input: 64, output: 96, kernel: 1, padding: 0),
    Case(input: 16, output: 16, kernel: 1, stride: 2, padding: 0),
    Case(n: 2, h: 11, w: 13, input: 3, output: 16, stride: 2),
    Case(n: 2, h: 14, w: 10, input: 3, output: 16, kernel: 7, stride: 2, padding: 3),
    Case(input: 6, output: 10, stride: 3, padding: 0),
    Case(h: 12, w: 11, input: 5, output: 7, padding: 2, dilation: 2),
    Case(
      h: 10, w: 12, input: 5, output: 7, kernel: Extent(h: 3, w: 5), stride: Extent(h: 2, w: 1),
      padding: Extent(h: 0, w: 2), dilation: Extent(h: 2, w: 1)),
    Case(h: 9, w: 9, input: 4, output: 4, kernel: 4, stride: 2, padding: 1),
    Case(h: 6, w: 6, input: 4, output: 20, kernel: 2, stride: 2, padding: 0),
    Case(input: 6, output: 9, groups: 3), Case(input: 34, output: 68, stride: 2, groups: 2),
    Case(input: 1, output: 1, groups: 1), Case(input: 17, output: 17, groups: 17),
    Case(n: 2, h: 12, w: 15, input: 33, output: 33, stride: 2, groups: 33),
    Case(n: 2, h: 12, w: 15, input: 20, output: 20, kernel: 5, padding: 2, groups: 20),
    Case(h: 13, w: 9, input: 48, output: 48, kernel: 5, stride: 2, padding: 2, groups: 48),
    Case(h: 3, w: 2, input: 16, output: 16, kernel: 5, padding: 2, groups: 16),
    Case(h: 9, w: 9, input: 5, output: 5, padding: 2, dilation: 2, groups: 5),
    Case(h: 8, w: 8, input: 6, output: 6, kernel: 2, stride: 2, padding: 0, groups: 6),
    Case(h: 8, w: 8, input: 6, output: 6, kernel: 7, padding: 3, groups: 6),
    // Activations in registers.
    Case(input: 17, output: 33).finished(by: .relu),
    Case(input: 17, output: 64).finished(by: .hardSwish),
    Case(n: 2, input: 33, output: 96, kernel: 1, padding: 0).finished(by: .hardSwish),
    Case(input: 20, output: 20, groups: 20).finished(by: .hardSwish),
    // Few outputs; the last reads more channels than that kernel takes.
    Case(n: 2, input: 16, output: 1, kernel: 1, padding: 0),
    Case(input: 33, output: 4, kernel: 1, padding: 0).finished(by: .identity),
    Case(input: 96, output: 3, kernel: 1, padding: 0).finished(by: .hardSwish),
    Case(h: 2, w: 3, input: 1025, output: 2, kernel: 1, padding: 0),
    // Joined rows of taps, which hang over both sides, also of images narrower than they are.
    Case(n: 2, h: 21, w: 37, input: 3, output: 16, stride: 2).dense.finished(by: .hardSwish),
    Case(n: 2, h: 14, w: 30, input: 3, output: 16, kernel: 7, stride: 2, padding: 3).dense,
    Case(n: 2, h: 5, w: 2, input: 3, output: 5, kernel: 7, padding: 3).dense,
    Case(n: 2, h: 9, w: 3, input: 4, output: 33, padding: 2).dense,
    Case(h: 12, w: 20, input: 2, output: 8, kernel: Extent(h: 9, w: 3), padding: 4).dense,
  ]

  /// All three directions of one table, from the same seeded numbers.
  struct Result {
    var output: [Float] = []
    var inputGradient: [Float] = []
    var weightGradient: [Float] = []
  }

  /// Seeded tensors of one case: slices of wider buffers, as in a concatenation, where it has a gap.
  struct Tensors {
    let input, output: Shape
    let inputStride, outputStride, first: Int
    let activation: Activation
    let x, weights, bias, gradient, y, gx, gw, zeros: AlignedBuffer

    init(_ c: Case, input: Shape, output: Shape) {
      let geometry = c.geometry
      (self.input, self.output) = (input, output)
      (inputStride, outputStride) = (input.c + c.gap, output.c + c.gap)
      (first, activation) = (c.first, c.activation)
      var generator = SeededGenerator(seed: 7)
      func memory(_ count: Int) -> AlignedBuffer {
        let result = AlignedBuffer(count: count)
        for index in 0..<count { result.buffer[index] = generator.uniform(in: -1...1) }
        return result
      }
      x = memory(input.pixels * inputStride)
      weights = memory(geometry.weightCount)
      bias = memory(output.c)
      gradient = memory(output.pixels * outputStride)
      y = memory(output.pixels * outputStride)
      gx = memory(input.pixels * inputStride)
      gw = memory(geometry.weightCount)
      zeros = AlignedBuffer(count: geometry.zeroCount)
    }

    private func view(_ memory: AlignedBuffer, _ shape: Shape, _ stride: Int) -> View {
      View(data: memory.base + first, shape: shape, stride: stride)
    }

    var xView: View { view(x, input, inputStride) }
    var yView: View { view(y, output, outputStride) }
    var gxView: View { view(gx, input, inputStride) }
    var gradientView: View { view(gradient, output, outputStride) }

    var forwardEpilogue: gk_epilogue {
      gk_epilogue(
        bias: bias.base, residual: y.base + first, residual_stride: outputStride,
        activation: activation.code, stores_floats: 0)
    }

    var backwardEpilogue: gk_epilogue {
      gk_epilogue(
        bias: nil, residual: gx.base + first, residual_stride: inputStride,
        activation: Activation.identity.code, stores_floats: 0)
    }

    var result: Result {
      Result(
        output: Array(y.buffer), inputGradient: Array(gx.buffer), weightGradient: Array(gw.buffer))
    }
  }

  static func run(_ c: Case, _ set: InstructionSet, threads: Int) throws -> Result {
    let kernels = try Kernels(set)
    let g = c.geometry
    let extent = g.outputExtent(h: c.h, w: c.w)
    let input = Shape(n: c.n, h: c.h, w: c.w, c: c.input)
    let output = Shape(n: c.n, h: extent.h, w: extent.w, c: c.output)
    let tensors = Tensors(c, input: input, output: output)
    let plan = ConvolutionPlan(g, input: input, output: output, kernels: kernels)
    let packed = AlignedBuffer(
      count: max(plan.packedCount(.forward), plan.packedCount(.transposed)))
    let scratch = AlignedBuffer(
      count: max(
        plan.scratchCount(.forward), plan.scratchCount(.transposed),
        plan.backwardScratchCount(.transposed)))
    let pool = ThreadPool(threads: threads)
    pool.reserveWorkspace(plan.workspaceCount)
    func convolve(
      _ direction: ConvolutionDirection, _ source: View, to target: View, _ epilogue: gk_epilogue
    ) {
      pool.run(plan.pack(tensors.weights.base, direction, to: packed.base))
      pool.run(
        plan.convolve(
          direction, source, to: target, epilogue: epilogue,
          weights: tensors.weights.base, packed: packed.base, scratch: scratch.base,
          zeros: tensors.zeros.base))
    }
    convolve(.forward, tensors.xView, to: tensors.yView, tensors.forwardEpilogue)
    convolve(.transposed, tensors.gradientView, to: tensors.gxView, tensors.backwardEpilogue)
    pool.run(
      plan.weightGradient(
        input: tensors.xView, output: tensors.gradientView, scratch: scratch.base,
        zeros: tensors.zeros.base, to: tensors.gw.base))
    return tensors.result
  }

  @Test(arguments: InstructionSet.available, cases)
  func agreesWithScalar(_ set: InstructionSet, _ c: Case) throws {
    let expected = try Self.run(c, .scalar, threads: 1)
    let found = try Self.run(c, set, threads: 2)
    // Sums of at most 33 * 49 products in another order: a few units of 2^-24 each.
    #expect(relativeDifference(found.output, expected.output, floor: 1e-6) < 2e-5)
    #expect(relativeDifference(found.inputGradient, expected.inputGradient, floor: 1e-6) < 2e-5)
    #expect(relativeDifference(found.weightGradient, expected.weightGradient, floor: 1e-6) < 2e-5)
    // What lies between the slices is untouched.
    let inside = c.first..<(c.first + c.output)
    for index in found.output.indices where !inside.contains(index % (c.output + c.gap)) {
      #expect(found.output[index] == expected.output[index])
    }
  }

  @Test(arguments: InstructionSet.available)
  func threadsDoNotChangeBits(_ set: InstructionSet) throws {
    for c in [
      Case(n: 2, h: 40, w: 44, input: 33, output: 65),
      Case(n: 2, h: 13, w: 13, input: 96, output: 128),
      Case(n: 2, h: 64, w: 50, input: 48, output: 48, stride: 2, groups: 48),
    ] {
      let one = try Self.run(c, set, threads: 1)
      for threads in [2, 3] {
        let other = try Self.run(c, set, threads: threads)
        #expect(one.output == other.output)
        #expect(one.inputGradient == other.inputGradient)
        #expect(one.weightGradient == other.weightGradient)
      }
    }
  }

  /// The reference itself, by arithmetic: a 2x2 kernel of 1, 2, 3, 4 on the image 1 2 / 3 4 gives
  /// 1*1 + 2*2 + 3*3 + 4*4 = 30; its input gradient for dy = 1 is the kernel, its weights' the image.
  @Test(arguments: InstructionSet.available)
  func arithmetic(_ set: InstructionSet) throws {
    var scope = Scope()
    scope = scope["conv"]
    let x = scope.input(Shape(n: 1, h: 2, w: 2, c: 1))
    let y = scope.apply(Convolution(1, 1, kernel: 2, padding: 0), x)
    let graph = scope.finish(outputs: [y])
    let plan = try Plan(
      graph, inputShapes: [x.shape], mode: .training(inputGradients: true),
      kernels: Kernels(set))
    let parameters = ParameterBlock(zeros: graph.parameterLayout)
    for index in 0..<4 { parameters.values[index] = Float(index + 1) }
    let session = Session(plan, parameters: parameters, pool: ThreadPool(threads: 1))
    session.inputs[0].copy(from: Tensor(shape: x.shape, values: [1, 2, 3, 4]))
    session.forward()
    #expect(session.outputs[0].tensor().values == [30])
    session.outputGradients[0].copy(from: Tensor(shape: y.shape, values: [1]))
    session.backward()
    #expect(session.inputGradients[0].tensor().values == [1, 2, 3, 4])
    #expect(session.gradients.map { Array($0.values) } == [1, 2, 3, 4])
  }
}
