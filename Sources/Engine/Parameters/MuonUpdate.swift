import CGlimpseKernels

/// Updates one matrix of weights by its orthogonalized momentum.
///
/// Sources: Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks" (momentum,
/// Newton-Schulz iteration and its coefficients); Liu et al. 2025, "Muon is scalable for LLM
/// training", section 2.2 (weight decay, and the scale 0.2 sqrt(max(rows, columns)), with which an
/// update has about the root mean square of one of AdamW, so that both share a learning rate).
///
/// A class, because it owns its workspace. Only one thread at a time may use it.
package final class MuonUpdate {
  /// The range of the matrix in the block.
  package let range: Range<Int>
  private let rows: Int
  private let columns: Int
  private let decay: Double
  /// The smaller and the larger extent; the iteration works on `short` x `long`.
  private let short: Int
  private let long: Int

  private let workspace: AlignedBuffer
  /// The matrix of the iteration and its next value, short x long.
  private var x: UnsafeMutablePointer<Float>
  private var next: UnsafeMutablePointer<Float>
  /// The transposed matrix, long x short.
  private let transposed: UnsafeMutablePointer<Float>
  /// Two matrices short x short.
  private let square: UnsafeMutablePointer<Float>
  private let polynomial: UnsafeMutablePointer<Float>
  /// The panel of a product.
  private let panel: UnsafeMutablePointer<Float>

  private static let coefficients: (Float, Float, Float) = (3.4445, -4.7750, 2.0315)
  private static let iterations = 5
  private static let panelColumns = 32

  /// - Parameter decay: The weight decay.
  package init(_ range: Range<Int>, rows: Int, columns: Int, decay: Double) {
    precondition(range.count == rows * columns, "\(range.count) weights of \(rows) x \(columns)")
    (self.range, self.rows, self.columns, self.decay) = (range, rows, columns, decay)
    (short, long) = (min(rows, columns), max(rows, columns))
    let (count, squared) = (rows * columns, short * short)
    workspace = AlignedBuffer(count: 3 * count + 2 * squared + Self.panelColumns * long)
    (x, next, transposed) = (
      workspace.base, workspace.base + count, workspace.base + 2 * count
    )
    square = transposed + count
    polynomial = square + squared
    panel = polynomial + squared
  }

  /// The operations of an update, to balance threads.
  package var flops: Int {
    Self.iterations * (3 * short * short * long + short * short * short)
  }

  /// One update: `v = momentum v + g`, `p = (1 - rate decay) p - rate scale orthogonal(g + momentum v)`.
  fileprivate func update(
    _ parameters: ParameterBlock, gradients: ParameterBlock, velocity: ParameterBlock,
    rate: Double, momentum: Double, gradientScale: Double, _ kernels: gk_optimizer_table
  ) {
    let start = range.lowerBound
    let (p, g) = (parameters.memory.base + start, gradients.memory.base + start)
    let v = velocity.memory.base + start
    let (scale, kept) = (Float(gradientScale), Float(momentum))
    forEachPlace { place, transposed in
      let gradient = scale * g[place]
      v[place] = kept * v[place] + gradient
      x[transposed] = gradient + kept * v[place]
    }
    orthogonalize(kernels)
    let step = Float(rate * 0.2 * Double(long).squareRoot())
    let keptWeight = Float(1 - rate * decay)
    forEachPlace { place, transposed in
      p[place] = keptWeight * p[place] - step * x[transposed]
    }
  }

  /// Visits all elements by their places in the block and in `x`, which is transposed if there are more
  /// rows than columns.
  private func forEachPlace(_ body: (_ place: Int, _ transposed: Int) -> Void) {
    guard rows > columns else {
      for place in 0..<rows * columns { body(place, place) }
      return
    }
    for row in 0..<rows {
      for column in 0..<columns { body(row * columns + column, column * rows + row) }
    }
  }

  /// Replaces `x` by a matrix of about the same singular vectors whose singular values are near 1.
  private func orthogonalize(_ kernels: gk_optimizer_table) {
    let norm = kernels.sum_of_squares?(x, rows * columns).squareRoot() ?? 0
    let inverse = Float(1 / (norm + 1e-7))
    for place in 0..<rows * columns { x[place] *= inverse }
    let (a, b, c) = Self.coefficients
    for _ in 0..<Self.iterations {
      for row in 0..<short {
        for column in 0..<long { transposed[column * short + row] = x[row * long + column] }
      }
      // A = x xT, B = b A + c A A, x = a x + B x.
      multiply(x, transposed, into: square, depth: long, isSymmetric: true, kernels)
      multiply(
        square, square, scale: c, adding: square, scaled: b, into: polynomial, depth: short,
        isSymmetric: true, kernels)
      multiply(
        polynomial, x, adding: x, scaled: a, into: next, depth: short, isSymmetric: false, kernels)
      swap(&x, &next)
    }
  }

  /// Computes `scale left right + addedScale added`, with `short` rows.
  private func multiply(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, scale: Float = 1,
    adding added: UnsafePointer<Float>? = nil, scaled addedScale: Float = 0,
    into product: UnsafeMutablePointer<Float>, depth: Int, isSymmetric: Bool,
    _ kernels: gk_optimizer_table
  ) {
    var task = gk_matrix_product(
      left: left, right: right, added: added, scale: scale, added_scale: addedScale,
      product: product, panel: panel, rows: short, columns: isSymmetric ? short : long,
      depth: depth, is_symmetric: isSymmetric ? 1 : 0)
    kernels.matrix_product?(&task)
  }
}

extension VectorOperations {
  /// One step of Muon for some matrices, each on one thread.
  package func muonStep(
    _ matrices: [MuonUpdate], parameters: ParameterBlock, gradients: ParameterBlock,
    velocity: ParameterBlock, rate: Double, momentum: Double, gradientScale: Double
  ) {
    pool.run(matrices.count) { index in
      matrices[index].update(
        parameters, gradients: gradients, velocity: velocity, rate: rate, momentum: momentum,
        gradientScale: gradientScale, kernels.optimizer)
    }
  }
}
