import CGlimpseKernels

/// The number format of activations and packed weights.
///
/// Sums are computed in 32 bits in either; parameters, their gradients and statistics are `f32` always.
package enum Precision: String, CaseIterable, Sendable {
  /// 32-bit floating point.
  case f32
  /// bfloat16, the upper half of `f32`: its range, and 8 bits of precision.
  case bf16

  /// Bytes of a value.
  package var byteCount: Int { self == .f32 ? 4 : 2 }

  var code: gk_precision { self == .f32 ? GK_FLOAT32 : GK_BFLOAT16 }
}

/// A requested precision, which the machine may not support.
public enum PrecisionChoice: String, CaseIterable, Sendable {
  /// `bf16` where the processor has matrix units for it, else `f32`.
  case auto
  /// 32-bit floating point.
  case f32
  /// bfloat16, where the processor can multiply it.
  case bf16

  /// The precision to use with an instruction set, and a note where it is not the requested one.
  package func resolved(on set: InstructionSet) -> (precision: Precision, note: String?) {
    switch self {
    case .auto: return (set.hasMatrixUnits ? .bf16 : .f32, nil)
    case .f32: return (.f32, nil)
    case .bf16:
      guard set.multipliesBFloat16 else {
        return (
          .f32,
          "bf16 was requested, and the \(set.rawValue) kernels cannot multiply it here: "
            + "computing in f32"
        )
      }
      return (.bf16, nil)
    }
  }
}
