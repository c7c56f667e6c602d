import Basics

/// One learned or kept array of an op.
package struct ParameterDeclaration: Equatable, Sendable {
  /// What the optimizer does with it.
  package enum Kind: Int, Hashable, Sendable, CaseIterable {
    /// Learned, with weight decay: convolution and linear weights.
    case weight
    /// Learned, without weight decay: biases and normalization's scale and shift.
    case bias
    /// Kept, not learned: running mean and variance.
    case statistic
  }

  /// The name inside its op, as the public weights have it: `weight`, `bias`, `running_mean`.
  package let name: String
  /// The extents in memory, outermost first.
  package let shape: [Int]
  /// What the optimizer does with it.
  package let kind: Kind
  /// The initial values.
  package let initializer: Initializer
  /// How its order in memory differs from that in public weights files.
  package let layout: PublicLayout

  package init(
    _ name: String, shape: [Int], kind: Kind, initializer: Initializer,
    layout: PublicLayout = .same
  ) {
    self.name = name
    self.shape = shape
    self.kind = kind
    self.initializer = initializer
    self.layout = layout
  }

  /// Floats that it takes.
  package var count: Int { shape.reduce(1, *) }

  /// True where the values of one fit the other; initial values do not matter, as they may depend on the
  /// input's size, which a network may change later.
  package static func == (left: ParameterDeclaration, right: ParameterDeclaration) -> Bool {
    left.name == right.name && left.shape == right.shape && left.kind == right.kind
      && left.layout == right.layout
  }
}

/// The initial values of a parameter.
package enum Initializer: Hashable, Sendable {
  /// These numbers, one after the other.
  case values([Float])
  /// All of one value.
  case constant(Float)
  /// Normal with a given deviation.
  case normal(deviation: Float)
  /// Uniform in +-1/sqrt(fan).
  case uniform(fan: Int)

  /// Normal with deviation sqrt(2 / fan) (He et al. 2015, "Delving Deep into Rectifiers", eq. 10).
  static func heNormal(fan: Int) -> Initializer {
    .normal(deviation: (2 / Float(max(1, fan))).squareRoot())
  }

  /// Fills memory from the generator.
  func fill(_ memory: UnsafeMutableBufferPointer<Float>, using generator: inout SeededGenerator) {
    switch self {
    case .values(let values):
      precondition(values.count == memory.count, "\(values.count) values for \(memory.count)")
      _ = memory.update(fromContentsOf: values)
    case .constant(let value):
      memory.update(repeating: value)
    case .normal(let deviation):
      for index in memory.indices { memory[index] = deviation * generator.normal() }
    case .uniform(let fan):
      let bound = 1 / Float(max(1, fan)).squareRoot()
      for index in memory.indices { memory[index] = generator.uniform(in: -bound...bound) }
    }
  }
}

/// The order of a parameter's values in public weights files (PyTorch's), against that in memory.
package enum PublicLayout: Hashable, Sendable {
  /// The same.
  case same
  /// Memory is [kh][kw][in / groups][out] or [in][out], files have [out][in / groups][kh][kw] or
  /// [out][in].
  case outputsFirst

  /// The extents in files of a parameter with these extents in memory.
  package func publicShape(_ shape: [Int]) -> [Int] {
    self == .same ? shape : shape.suffix(2).reversed() + shape.dropLast(2)
  }

  /// For each value in file order, its place in memory order.
  func forEach(_ shape: [Int], _ body: (_ file: Int, _ memory: Int) -> Void) {
    let (outputs, inputs) =
      self == .same ? (1, 1) : (shape[shape.count - 1], shape[shape.count - 2])
    let taps = shape.reduce(1, *) / (inputs * outputs)
    var file = 0
    for output in 0..<outputs {
      for input in 0..<inputs {
        for tap in 0..<taps {
          body(file, (tap * inputs + input) * outputs + output)
          file += 1
        }
      }
    }
  }
}

extension ParameterDeclaration {
  /// `weight`, stored outputs first, and, with a bias, `bias`.
  static func weightAndBias(
    shape: [Int], _ weights: Initializer, bias: (channels: Int, initializer: Initializer)?
  ) -> [ParameterDeclaration] {
    let weight = ParameterDeclaration(
      "weight", shape: shape, kind: .weight, initializer: weights, layout: .outputsFirst)
    guard let bias else { return [weight] }
    return [
      weight,
      ParameterDeclaration(
        "bias", shape: [bias.channels], kind: .bias, initializer: bias.initializer),
    ]
  }
}
