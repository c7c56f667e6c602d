import CGlimpseKernels

/// The number format of activations and packed weights.
///
/// Sums are accumulated in 32 bits in both; parameters, their gradients and running statistics are
/// always `f32`.
package enum Precision: String, CaseIterable, Sendable {
  /// 32-bit floating point.
  case f32
  /// bfloat16, the upper half of `f32`: the same range with 8 bits of precision.
  case bf16

  /// Bytes per value.
  package var byteCount: Int { self == .f32 ? 4 : 2 }

  var code: gk_precision { self == .f32 ? GK_FLOAT32 : GK_BFLOAT16 }
}

extension InstructionSet {
  /// The precision of `auto`: `f32`, unless `bf16` was measured to be faster in inference and training,
  /// and as accurate. The measurements are in the article Performance.
  var automaticPrecision: Precision {
    switch self {
    // No instructions for bfloat16.
    case .scalar, .neon, .avx2: .f32
    // Zen 4: bf16 takes 0.62, 0.81 and 0.87 of the time of f32 in the inference of compact, resnet18 and
    // unet, and trains them 1.6, 1.2 and 1.1 times as fast. A Xeon with AMX took 1.5 times as long without it.
    case .avx512: multipliesBFloat16 && gk_multiplies_bf16_fast() != 0 ? .bf16 : .f32
    // Training was 1.3 to 1.6 times as fast; the inference of compact was not faster before its first
    // layer was, which was not measured again.
    case .amx: .f32
    }
  }
}

/// A requested precision; the machine may not support it.
public enum PrecisionChoice: String, CaseIterable, Sendable {
  /// The precision that is faster by measurement (`InstructionSet.automaticPrecision`).
  case auto
  /// 32-bit floating point.
  case f32
  /// bfloat16 if the processor has instructions for it, otherwise `f32`.
  case bf16

  /// The precision to use with an instruction set, and a note if it is not the requested one.
  package func resolved(on set: InstructionSet) -> (precision: Precision, note: String?) {
    switch self {
    case .auto: return (set.automaticPrecision, nil)
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
