import CGlimpseKernels

/// Which way a convolution's weights are used.
enum ConvolutionDirection: Sendable {
  /// From the large tensor to the small one: a convolution's output, a transposed one's gradient.
  case forward
  /// From the small one to the large one: a transposed convolution's output, a convolution's gradient.
  case transposed
}

/// A convolution between a large tensor (its input) and a small one (its output): which algorithm
/// runs in each direction, and the memory that it needs.
struct ConvolutionPlan {
  let geometry: ConvolutionGeometry
  let large: Shape
  let small: Shape

  /// Winograd's algorithm, where it is faster; one instruction set, the plain one, never uses it.
  func winograd(_ direction: ConvolutionDirection) -> Winograd? {
    Winograd.fastest(geometry, direction, large: large, small: small)
  }

  /// The same for the gradient by the weights.
  var winogradForWeights: Winograd? {
    Winograd.forWeights(geometry, large: large, small: small)
  }

  // MARK: Memory, in floats, enough for any instruction set

  /// Packed weights; none for depthwise convolutions, which read them as they are.
  func packedCount(_ direction: ConvolutionDirection) -> Int {
    guard geometry.packs else { return 0 }
    let direct = geometry.packedBound(transposed: direction == .transposed)
    return max(direct, winograd(direction)?.packedCount ?? 0)
  }

  /// Zeros for the taps outside the image, up to a whole cache line.
  private var zeroCount: Int { ArenaPlanner.aligned(geometry.zeroCount) }

  /// Scratch of one direction: the zeros, then what the algorithm passes from step to step.
  func scratchCount(_ direction: ConvolutionDirection) -> Int {
    zeroCount + (winograd(direction)?.scratchCount ?? 0)
  }

  /// Scratch of a backward pass, of which the gradient by the weights and then that by the values,
  /// with its packed weights, both begin behind the zeros.
  func backwardScratchCount(_ direction: ConvolutionDirection) -> Int {
    zeroCount
      + max(
        ArenaPlanner.aligned(packedCount(direction)) + (winograd(direction)?.scratchCount ?? 0),
        winogradForWeights?.weightScratchCount ?? 0, geometry.partialGradientCount)
  }

  /// Scratch of each thread, in any direction.
  var workspaceCount: Int {
    max(
      winograd(.forward)?.workspaceCount ?? 0, winograd(.transposed)?.workspaceCount ?? 0)
  }

  /// Behind the zeros of a scratch memory.
  func behindZeros(_ scratch: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Float> {
    scratch + zeroCount
  }
}
