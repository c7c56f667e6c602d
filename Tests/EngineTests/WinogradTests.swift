import CGlimpseKernels
import Testing

@testable import Engine

/// Winograd's algorithm against the plain reference, on sizes that fit no vector, tile or block,
/// whether or not it is the faster one there.
@Suite struct WinogradTests {
  typealias Case = ConvolutionKernelTests.Case

  static let cases: [Case] = [
    Case(input: 1, output: 1), Case(input: 3, output: 5), Case(input: 5, output: 17),
    Case(input: 17, output: 33), Case(input: 33, output: 3), Case(input: 64, output: 64),
    Case(input: 31, output: 100), Case(input: 8, output: 130),
    Case(h: 1, w: 1, input: 7, output: 9),
    Case(h: 4, w: 8, input: 16, output: 16), Case(n: 3, h: 13, w: 6, input: 20, output: 48),
    Case(n: 2, h: 9, w: 11, input: 6, output: 7, padding: 0),
    Case(n: 2, h: 9, w: 11, input: 7, output: 6, padding: 2),
    Case(h: 8, w: 10, input: 5, output: 20, padding: Extent(h: 0, w: 2)),
    // Large enough to be cut by tiles, in both directions, and summed in several parts.
    Case(n: 2, h: 95, w: 93, input: 34, output: 65),
  ]

  /// All three directions, from the same seeded numbers as `ConvolutionKernelTests` uses.
  static func run(_ c: Case, _ set: InstructionSet, threads: Int) throws
    -> ConvolutionKernelTests.Result
  {
    let kernels = try Kernels(set)
    let table = try #require(kernels.winograd)
    let g = c.geometry
    let extent = g.outputExtent(h: c.h, w: c.w)
    let input = Shape(n: c.n, h: c.h, w: c.w, c: c.input)
    let output = Shape(n: c.n, h: extent.h, w: extent.w, c: c.output)
    let tensors = ConvolutionKernelTests.Tensors(c, input: input, output: output)
    let forward = try #require(Winograd(g, .forward, large: input, small: output))
    let transposed = try #require(Winograd(g, .transposed, large: input, small: output))
    let pool = ThreadPool(threads: threads)
    pool.reserveWorkspace(max(forward.workspaceCount, transposed.workspaceCount))
    let packed = AlignedMemory(count: max(forward.packedCount, transposed.packedCount))
    let scratch = AlignedMemory(
      count: max(forward.scratchCount, transposed.scratchCount, forward.weightScratchCount))
    let (inputStride, outputStride) = (tensors.inputStride, tensors.outputStride)
    func runner(_ winograd: Winograd, _ source: Int, _ target: Int) -> WinogradRunner {
      WinogradRunner(
        winograd, table: table, kernels: kernels, pool: pool, sourceStride: source,
        targetStride: target, zeros: tensors.zeros.base)
    }
    var bare = g.bareDescriptor
    table.pack(&bare, tensors.weights.base, 0, 0, c.output, packed.base)
    runner(forward, inputStride, outputStride).convolve(
      tensors.x.base + c.first, packed: packed.base, epilogue: tensors.forwardEpilogue,
      scratch: scratch.base, to: tensors.y.base + c.first)
    table.pack(&bare, tensors.weights.base, 1, 0, c.input, packed.base)
    runner(transposed, outputStride, inputStride).convolve(
      tensors.gradient.base + c.first, packed: packed.base, epilogue: tensors.backwardEpilogue,
      scratch: scratch.base, to: tensors.gx.base + c.first)
    runner(forward, inputStride, outputStride).weightGradient(
      tensors.x.base + c.first, outputGradient: tensors.gradient.base + 3, scratch: scratch.base,
      to: tensors.gw.base)
    return tensors.result
  }

  static var sets: [InstructionSet] { InstructionSet.available.filter { $0 != .scalar } }

  @Test(arguments: sets, cases)
  func agreesWithTheDefinition(_ set: InstructionSet, _ c: Case) throws {
    let expected = try ConvolutionKernelTests.run(c, .scalar, threads: 1)
    let found = try Self.run(c, set, threads: 2)
    // The transforms multiply rounding errors by at most a few tens: still far below 1e-4.
    #expect(ConvolutionKernelTests.difference(found.output, expected.output) < 2e-5)
    #expect(ConvolutionKernelTests.difference(found.inputGradient, expected.inputGradient) < 2e-5)
    #expect(
      ConvolutionKernelTests.difference(found.weightGradient, expected.weightGradient) < 2e-5)
    let outside = c.output + 5
    for index in found.output.indices where !(3..<(3 + c.output)).contains(index % outside) {
      #expect(found.output[index] == expected.output[index])
    }
  }

  @Test(arguments: sets)
  func threadsDoNotChangeBits(_ set: InstructionSet) throws {
    for c in [Case(n: 2, h: 26, w: 26, input: 40, output: 72), Self.cases[Self.cases.count - 1]] {
      let one = try Self.run(c, set, threads: 1)
      let three = try Self.run(c, set, threads: 3)
      #expect(one.output == three.output)
      #expect(one.inputGradient == three.inputGradient)
      #expect(one.weightGradient == three.weightGradient)
    }
  }

  /// Both ways of cutting the work are among the cases.
  @Test func casesReachBothCuts() throws {
    let staged = try Self.cases.map { c in
      let g = c.geometry
      let extent = g.outputExtent(h: c.h, w: c.w)
      let winograd = Winograd(
        g, .forward, large: Shape(n: c.n, h: c.h, w: c.w, c: c.input),
        small: Shape(n: c.n, h: extent.h, w: extent.w, c: c.output))
      return try #require(winograd).isStaged
    }
    #expect(staged.contains(true) && staged.contains(false))
  }

  /// By arithmetic: no gain on one tile, whose 36 places take 36 products a channel pair where the
  /// definition takes 9; a quarter of the products on a large picture of many channels.
  @Test func costModel() throws {
    func isFaster(_ side: Int, _ channels: Int) throws -> Bool {
      let shape = Shape(n: 1, h: side, w: side, c: channels)
      let g = Case(input: channels, output: channels).geometry
      return try #require(Winograd(g, .forward, large: shape, small: shape)).isFaster
    }
    #expect(try !isFaster(1, 512))
    #expect(try !isFaster(104, 3))
    #expect(try isFaster(104, 64))
    #expect(try isFaster(26, 256))
  }
}
