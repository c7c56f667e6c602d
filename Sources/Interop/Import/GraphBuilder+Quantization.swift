import Engine

/// How a tensor was quantized.
///
/// It is kept with the levels: their distances to the zero point and the values that they stand for
/// are then computed in one pass over what was quantized.
final class QuantizedTensor {
  enum Parameters {
    case constant(Quantization)
    /// Scale and zero point in one value, and the operand of the zero point.
    case computed(Value, zero: Operand)
  }

  fileprivate let source: Operand
  /// The factors of the channels of an image; empty for none.
  fileprivate let factors: [Float]
  fileprivate let parameters: Parameters
  fileprivate var forms: [QuantizedForm: Operand] = [:]

  /// - Parameter source: A computed value, densely in memory.
  init(_ source: Operand, factors: [Float] = [], _ parameters: Parameters) {
    (self.source, self.factors, self.parameters) = (source, factors, parameters)
  }

  func hasZero(_ zero: Operand) -> Bool {
    switch parameters {
    case .constant(let quantization): zero.scalar == quantization.zero
    case .computed(_, zero: let own): zero.identity != nil && zero.identity == own.identity
    }
  }

  func hasScale(_ scale: Float) -> Bool {
    if case .constant(let quantization) = parameters { quantization.scale == scale } else { false }
  }
}

extension GraphBuilder {
  /// The levels of a tensor.
  func levels(_ tensor: QuantizedTensor, type: TensorType) throws(InteropError) -> Operand {
    let result = try form(.levels, of: tensor, type: type)
    if let key = result.identity { origins[key] = .quantized(tensor) }
    return result
  }

  /// How an operand of levels was quantized; nil if that is unknown.
  func quantizedTensor(_ levels: Operand) -> QuantizedTensor? {
    guard let key = levels.identity, case .quantized(let tensor)? = origins[key] else { return nil }
    return tensor
  }

  /// A form of a quantized tensor.
  func form(
    _ form: QuantizedForm, of tensor: QuantizedTensor, type: TensorType = .float
  ) throws(InteropError) -> Operand {
    if let known = tensor.forms[form] { return known }
    var result = tensor.source
    guard case .value(let x) = result.source else { return result }
    switch tensor.parameters {
    case .constant(let quantization):
      result.source = .value(
        try apply(
          Quantize(quantization, form, factors: tensor.factors.count), [x],
          parameters: tensor.factors.isEmpty ? [:] : ["factors": tensor.factors]))
    case .computed(let range, zero: _):
      result.source = .value(try apply(DynamicQuantize(form), [x, range]))
    }
    result.type = type
    tensor.forms[form] = result
    return result
  }
}
