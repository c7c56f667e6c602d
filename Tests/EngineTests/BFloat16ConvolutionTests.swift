@testable import Basics
import CGlimpseKernels
import TestSupport
import Testing

@testable import Engine

/// Every bfloat16 convolution kernel against the plain one in floats, on the same rounded numbers.
@Suite struct BFloat16ConvolutionTests {
  typealias Case = ConvolutionKernelTests.Case

  /// A tensor as a slice of a wider one: 3 values before and 2 behind each pixel, none of which may
  /// be read for a sum: they are not numbers.
  struct Slice {
    static let (before, around) = (3, 5)
    let memory: AlignedBuffer
    let view: View

    init(_ shape: Shape, _ precision: Precision, seed: UInt64) {
      let stride = shape.c + Self.around
      memory = AlignedBuffer(count: shape.pixels * stride)
      let base = UnsafeMutableRawPointer(memory.base)
      var generator = SeededGenerator(seed: seed)
      for place in 0..<(shape.pixels * stride) {
        let isInside = (Self.before..<(Self.before + shape.c)).contains(place % stride)
        let bits = Self.rounded(isInside ? generator.uniform(in: -1...1) : .nan)
        if precision == .bf16 {
          base.storeBytes(of: UInt16(bits >> 16), toByteOffset: 2 * place, as: UInt16.self)
        } else {
          base.storeBytes(of: bits, toByteOffset: 4 * place, as: UInt32.self)
        }
      }
      view = View(
        base: base + Self.before * precision.byteCount, precision: precision, shape: shape,
        stride: stride)
    }

    /// The bits of a float whose lower half is cut off.
    static func rounded(_ value: Float) -> UInt32 { value.bitPattern & 0xFFFF_0000 }

    /// All values, those around the slice too.
    var values: [Float] {
      (0..<(view.shape.pixels * view.stride)).map { place in
        let base = UnsafeRawPointer(memory.base)
        guard view.precision == .bf16 else { return memory.buffer[place] }
        let half = base.load(fromByteOffset: 2 * place, as: UInt16.self)
        return Float(bitPattern: UInt32(half) << 16)
      }
    }

    /// The values of the slice; the others have to be what they were.
    func checked() -> [Float] {
      var result: [Float] = []
      for (place, value) in values.enumerated() {
        if (Self.before..<(Self.before + view.shape.c)).contains(place % view.stride) {
          result.append(value)
        } else {
          #expect(value.isNaN, "place \(place) lies between the slices")
        }
      }
      return result
    }
  }

  /// What the three directions of one convolution give.
  struct Result: Equatable {
    var output: [Float]
    var inputGradient: [Float]
    var weightGradient: [Float]
  }

  static func run(_ c: Case, _ kernels: Kernels, threads: Int) -> Result {
    let g = c.geometry
    let extent = g.outputExtent(h: c.h, w: c.w)
    let large = Shape(n: c.n, h: c.h, w: c.w, c: c.input)
    let small = Shape(n: c.n, h: extent.h, w: extent.w, c: c.output)
    let precision = kernels.precision
    let (x, y) = (Slice(large, precision, seed: 1), Slice(small, precision, seed: 2))
    let (gx, gy) = (Slice(large, precision, seed: 3), Slice(small, precision, seed: 4))
    var generator = SeededGenerator(seed: 5)
    func numbers(_ count: Int) -> AlignedBuffer {
      let result = AlignedBuffer(count: count)
      for index in 0..<count {
        result.buffer[index] = Float(bitPattern: Slice.rounded(generator.uniform(in: -1...1)))
      }
      return result
    }
    let (weights, bias) = (numbers(g.weightCount), numbers(c.output))
    let gradient = numbers(g.weightCount)
    let plan = ConvolutionPlan(g, input: large, output: small, kernels: kernels)
    let packed = AlignedBuffer(
      count: max(plan.packedCount(.forward), plan.packedCount(.transposed)))
    let scratch = AlignedBuffer(
      count: max(
        plan.scratchCount(.forward), plan.scratchCount(.transposed),
        plan.backwardScratchCount(.transposed)))
    let zeros = AlignedBuffer(count: g.zeroCount)
    let pool = ThreadPool(threads: threads)
    pool.reserveWorkspace(plan.workspaceCount)
    func convolve(
      _ direction: ConvolutionDirection, _ source: View, to target: View,
      bias: UnsafePointer<Float>?, _ activation: Activation
    ) {
      pool.run(plan.pack(weights.base, direction, to: packed.base))
      let epilogue = gk_epilogue(
        bias: bias, residual: UnsafeRawPointer(target.base), residual_stride: target.stride,
        activation: activation.code, stores_floats: 0)
      pool.run(
        plan.convolve(
          direction, source, to: target, epilogue: epilogue, weights: weights.base,
          packed: packed.base, scratch: scratch.base, zeros: zeros.base))
    }
    convolve(.forward, x.view, to: y.view, bias: UnsafePointer(bias.base), .silu)
    convolve(.transposed, gy.view, to: gx.view, bias: nil, .identity)
    pool.run(
      plan.weightGradient(
        input: x.view, output: gy.view, scratch: scratch.base, zeros: zeros.base,
        to: gradient.base))
    return Result(
      output: y.checked(), inputGradient: gx.checked(), weightGradient: Array(gradient.buffer))
  }

  /// All that can run here, the plain reference first; the matrix unit's with a unit of plain code.
  static let kernels: [Kernels] =
    InstructionSet.allCases.compactMap { try? Kernels($0, precision: .bf16) }
    + [Kernels.emulatedMatrixUnits].compactMap { $0 }

  @Test func theReferenceRunsEverywhere() {
    #expect(Self.kernels.first?.instructionSet == .scalar)
  }

  /// Rows long enough for whole tiles of pixels, sums of several chunks, blocks of many channels.
  static let large: [Case] = [
    Case(h: 5, w: 40, input: 32, output: 33), Case(h: 7, w: 41, input: 64, output: 160, stride: 2),
    Case(n: 2, h: 6, w: 35, input: 96, output: 40, padding: 2, dilation: 2),
    Case(h: 5, w: 37, input: 128, output: 300, kernel: 1, padding: 0),
    Case(n: 2, h: 20, w: 21, input: 40, output: 48),
    Case(h: 9, w: 33, input: 64, output: 128, kernel: 2, stride: 2, padding: 0),
    Case(h: 6, w: 36, input: 64, output: 192, groups: 2),
    // By Winograd's algorithm, with few and with many tiles.
    Case(n: 2, h: 26, w: 26, input: 64, output: 96), Case(h: 90, w: 94, input: 48, output: 48),
  ]

  @Test(arguments: kernels) func casesReachWinograd(_ kernels: Kernels) throws {
    let plans = Self.large.map { c in
      let extent = c.geometry.outputExtent(h: c.h, w: c.w)
      return ConvolutionPlan(
        c.geometry, input: Shape(n: c.n, h: c.h, w: c.w, c: c.input),
        output: Shape(n: c.n, h: extent.h, w: extent.w, c: c.output), kernels: kernels)
    }
    let isExpected = kernels.winograd != nil
    #expect(plans.contains { $0.winograd(.forward) != nil } == isExpected)
    #expect(plans.contains { $0.winograd(.transposed) != nil } == isExpected)
    #expect(plans.contains { $0.winogradForWeights != nil } == isExpected)
  }

  @Test(arguments: kernels, ConvolutionKernelTests.cases + large)
  func agreesWithFloats(_ kernels: Kernels, _ c: Case) throws {
    let expected = Self.run(c, try Kernels(.scalar), threads: 1)
    let found = Self.run(c, kernels, threads: 2)
    // Rounded to 8 bits: 2^-9 of the value, and twice where the activation follows the first rounding.
    #expect(relativeDifference(found.output, expected.output, floor: 1e-6) < 0x1p-8)
    #expect(relativeDifference(found.inputGradient, expected.inputGradient, floor: 1e-6) < 0x1p-8)
    // Sums of floats, in another order.
    #expect(
      relativeDifference(found.weightGradient, expected.weightGradient, floor: 1e-6) < 2e-5)
  }

  @Test(arguments: kernels)
  func threadsDoNotChangeBits(_ kernels: Kernels) {
    for c in [
      Case(n: 2, h: 40, w: 44, input: 33, output: 65),
      Case(n: 2, h: 13, w: 13, input: 96, output: 128),
      Case(n: 2, h: 64, w: 50, input: 48, output: 48, stride: 2, groups: 48),
    ] {
      let one = Self.run(c, kernels, threads: 1)
      for threads in [2, 3] { #expect(Self.run(c, kernels, threads: threads) == one) }
    }
  }
}
