import CGlimpseKernels
import TestSupport
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
    // Large enough for tasks that run all steps, in both directions, and for sums in several parts.
    Case(n: 2, h: 95, w: 93, input: 34, output: 65),
    // Weights too large to be kept transformed; and several groups of tiles.
    Case(h: 9, w: 10, input: 200, output: 260),
    Case(h: 46, w: 94, input: 160, output: 8),
  ]

  /// All three directions, from the same seeded numbers as `ConvolutionKernelTests` uses.
  /// Tiles of 6x6 have no gradient by the weights; 4x4 stand in.
  static func run(_ c: Case, _ set: InstructionSet, tile: Int, threads: Int) throws
    -> ConvolutionKernelTests.Result
  {
    let kernels = try Kernels(set)
    let g = c.geometry
    let extent = g.outputExtent(h: c.h, w: c.w)
    let input = Shape(n: c.n, h: c.h, w: c.w, c: c.input)
    let output = Shape(n: c.n, h: extent.h, w: extent.w, c: c.output)
    let tensors = ConvolutionKernelTests.Tensors(c, input: input, output: output)
    func winograd(_ direction: ConvolutionDirection, _ tile: Int) throws -> Winograd {
      try #require(
        Winograd(g, direction, input: input, output: output, tile: tile, kernels: kernels))
    }
    let forward = try winograd(.forward, tile)
    let transposed = try winograd(.transposed, tile)
    let weights = try winograd(.forward, 4)
    let pool = ThreadPool(threads: threads)
    pool.reserveWorkspace(max(forward.workspaceCount, transposed.workspaceCount))
    let packed = AlignedBuffer(count: max(forward.packedCount, transposed.packedCount))
    let scratch = AlignedBuffer(
      count: max(forward.scratchCount, transposed.scratchCount, weights.weightScratchCount))
    func convolve(
      _ winograd: Winograd, _ source: View, to target: View, _ epilogue: gk_epilogue
    ) {
      pool.run(winograd.prepare(tensors.weights.base, to: packed.base))
      pool.run(
        winograd.convolve(
          source, to: target, epilogue: epilogue, weights: tensors.weights.base,
          packed: packed.base, scratch: scratch.base, zeros: tensors.zeros.base))
    }
    convolve(forward, tensors.xView, to: tensors.yView, tensors.forwardEpilogue)
    convolve(transposed, tensors.gradientView, to: tensors.gxView, tensors.backwardEpilogue)
    pool.run(
      weights.weightGradient(
        tensors.xView, outputGradient: tensors.gradientView,
        blocks: ConvolutionPlan(g, input: input, output: output, kernels: kernels)
          .blocks(of: c.output),
        scratch: scratch.base,
        zeros: tensors.zeros.base, to: tensors.gw.base))
    return tensors.result
  }

  static var sets: [InstructionSet] { InstructionSet.available.filter { $0 != .scalar } }

  @Test(arguments: sets, cases)
  func agreesWithTheDefinition(_ set: InstructionSet, _ c: Case) throws {
    let expected = try ConvolutionKernelTests.run(c, .scalar, threads: 1)
    for tile in [4, 6] { try agrees(expected, set, c, tile: tile) }
  }

  private func agrees(
    _ expected: ConvolutionKernelTests.Result, _ set: InstructionSet, _ c: Case, tile: Int
  ) throws {
    let found = try Self.run(c, set, tile: tile, threads: 2)
    // The transforms multiply rounding errors by at most a few tens, six times more with the larger
    // tiles (numpy, 128 channels: 2.0e-6 and 1.2e-5): still far below 1e-4.
    let limit: Double = tile == 4 ? 2e-5 : 5e-5
    #expect(relativeDifference(found.output, expected.output, floor: 1e-6) < limit)
    #expect(
      relativeDifference(found.inputGradient, expected.inputGradient, floor: 1e-6) < limit)
    #expect(
      relativeDifference(found.weightGradient, expected.weightGradient, floor: 1e-6) < 2e-5)
    let inside = c.first..<(c.first + c.output)
    for index in found.output.indices where !inside.contains(index % (c.output + c.gap)) {
      #expect(found.output[index] == expected.output[index])
    }
  }

  @Test(arguments: sets)
  func threadsDoNotChangeBits(_ set: InstructionSet) throws {
    for c in [Case(n: 2, h: 26, w: 26, input: 40, output: 72)] + Self.cases.suffix(3) {
      for tile in [4, 6] {
        let one = try Self.run(c, set, tile: tile, threads: 1)
        let three = try Self.run(c, set, tile: tile, threads: 3)
        #expect(one.output == three.output)
        #expect(one.inputGradient == three.inputGradient)
        #expect(one.weightGradient == three.weightGradient)
      }
    }
  }

  /// All ways of running the steps are among the cases.
  @Test(arguments: sets) func casesReachAllWays(_ set: InstructionSet) throws {
    let kernels = try Kernels(set)
    let all = try Self.cases.map { c in
      let g = c.geometry
      let extent = g.outputExtent(h: c.h, w: c.w)
      return try #require(
        Winograd(
          g, .forward, input: Shape(n: c.n, h: c.h, w: c.w, c: c.input),
          output: Shape(n: c.n, h: extent.h, w: extent.w, c: c.output), tile: 6, kernels: kernels))
    }
    #expect(all.contains { $0.isFused })
    #expect(all.contains { $0.isPrepared && !$0.isFused })
    #expect(all.contains { !$0.isPrepared })
    #expect(all.contains { $0.groups.tasks > 1 })
  }

  /// By arithmetic: no gain on one tile, whose 36 elements take 36 products a channel pair where the
  /// definition takes 9; 64 elements for 36 pay where the tiles are many (81 for 169 at 52 x 52) and not
  /// where packed weights from memory weigh as much as they do (25 for 49 at 26 x 26).
  @Test(arguments: sets) func costModel(_ set: InstructionSet) throws {
    let kernels = try Kernels(set)
    func tile(_ side: Int, _ channels: Int) -> Int? {
      let shape = Shape(n: 1, h: side, w: side, c: channels)
      let g = Case(input: channels, output: channels).geometry
      return Winograd.fastest(g, .forward, input: shape, output: shape, kernels: kernels)?.tile
    }
    #expect(tile(1, 512) == nil)
    #expect(tile(104, 3) == nil)
    #expect(tile(104, 64) == 6)
    #expect(tile(52, 128) == 6)
    #expect(tile(26, 256) == 4)
    #expect(tile(13, 512) == 4)
  }
}
