import Basics

/// One learned or kept array of an op.
package struct ParameterDeclaration: Hashable, Sendable {
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

  /// Takes in what `==` compares.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(shape)
    hasher.combine(kind)
    hasher.combine(layout)
  }
}

/// The initial values of a parameter.
package enum Initializer: Hashable, Sendable {
  /// These numbers, one after the other.
  case values([Float])
  /// All of one value.
  case constant(Float)
  /// Normal with deviation sqrt(2 / fan) (He et al. 2015, "Delving Deep into Rectifiers", eq. 10).
  case heNormal(fan: Int)
  /// Normal with a given deviation.
  case normal(deviation: Float)
  /// Uniform in +-1/sqrt(fan).
  case uniform(fan: Int)

  /// Fills memory from the generator.
  func fill(_ memory: UnsafeMutableBufferPointer<Float>, using generator: inout SeededGenerator) {
    switch self {
    case .values(let values):
      precondition(values.count == memory.count, "\(values.count) values for \(memory.count)")
      _ = memory.update(fromContentsOf: values)
    case .constant(let value):
      memory.update(repeating: value)
    case .heNormal(let fan):
      let deviation = (2 / Float(max(1, fan))).squareRoot()
      for index in memory.indices { memory[index] = deviation * generator.normal() }
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
  /// Memory is [kh][kw][in / groups][out], files have [out][in / groups][kh][kw].
  case convolution
  /// Memory is [in][out], files have [out][in].
  case linear

  /// The extents in files of a parameter with these extents in memory.
  package func publicShape(_ shape: [Int]) -> [Int] {
    switch self {
    case .same: shape
    case .convolution: [shape[3], shape[2], shape[0], shape[1]]
    case .linear: [shape[1], shape[0]]
    }
  }

  /// For each value in file order, its place in memory order.
  func forEach(_ shape: [Int], _ body: (_ file: Int, _ memory: Int) -> Void) {
    switch self {
    case .same:
      for index in 0..<shape.reduce(1, *) { body(index, index) }
    case .convolution:
      let (kernel, inputs, outputs) = (shape[0] * shape[1], shape[2], shape[3])
      var file = 0
      for output in 0..<outputs {
        for input in 0..<inputs {
          for tap in 0..<kernel {
            body(file, (tap * inputs + input) * outputs + output)
            file += 1
          }
        }
      }
    case .linear:
      for output in 0..<shape[1] {
        for input in 0..<shape[0] { body(output * shape[0] + input, input * shape[1] + output) }
      }
    }
  }
}
