import Basics

/// A trainable parameter or running statistic of an op.
package struct ParameterDeclaration: Equatable, Sendable {
  /// How the optimizer treats the parameter.
  package enum Kind: Int, Hashable, Sendable, CaseIterable {
    /// Trained with weight decay: weights of convolutions and linear layers.
    case weight
    /// Trained without weight decay: biases, and scale and shift of normalizations.
    case bias
    /// Not trained by the optimizer: running mean and variance (PyTorch's buffers).
    case statistic
  }

  /// The name within the op, as in public weights files: `weight`, `bias`, `running_mean`.
  package let name: String
  /// The shape in memory, outermost extent first.
  package let shape: [Int]
  /// How the optimizer treats the parameter.
  package let kind: Kind
  /// The initial values.
  package let initializer: Initializer
  /// The order of values in public weights files.
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

  /// The number of floats.
  package var count: Int { shape.reduce(1, *) }

  /// Compares name, shape, kind and layout. Initializers are ignored, because they may depend on
  /// the input size, which can change later.
  package static func == (left: ParameterDeclaration, right: ParameterDeclaration) -> Bool {
    left.name == right.name && left.shape == right.shape && left.kind == right.kind
      && left.layout == right.layout
  }
}

/// The initial values of a parameter.
package enum Initializer: Hashable, Sendable {
  /// The given values.
  case values([Float])
  /// One value for all.
  case constant(Float)
  /// Normally distributed with mean 0 and the given standard deviation.
  case normal(deviation: Float)
  /// Uniformly distributed in ±1/sqrt(fan).
  case uniform(fan: Int)

  /// He initialization: normal with standard deviation sqrt(2 / fan) (He et al. 2015, "Delving Deep
  /// into Rectifiers", eq. 10).
  static func heNormal(fan: Int) -> Initializer {
    .normal(deviation: (2 / Float(max(1, fan))).squareRoot())
  }

  /// Fills memory with initial values drawn from the generator.
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

/// The order of a parameter's values in public weights files (PyTorch's) relative to memory.
package enum PublicLayout: Hashable, Sendable {
  /// The same order.
  case same
  /// [out][in / groups][kh][kw] or [out][in] in files, [kh][kw][in / groups][out] or [in][out] in
  /// memory.
  case outputsFirst

  /// The shape in files of a parameter with this shape in memory.
  package func publicShape(_ shape: [Int]) -> [Int] {
    self == .same ? shape : shape.suffix(2).reversed() + shape.dropLast(2)
  }

  /// Calls `body` with the file index and the memory index of each value, in file order.
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
  /// `weight` with layout `outputsFirst`, and optionally `bias`.
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
