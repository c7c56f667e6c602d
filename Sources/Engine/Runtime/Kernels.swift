import CGlimpseKernels
import Foundation

/// An instruction set with kernels, from the scalar reference to the widest.
package enum InstructionSet: String, CaseIterable, Sendable {
  /// Scalar loops: the reference implementation that the others are tested against.
  case scalar
  /// 128-bit vectors on 64-bit Arm.
  case neon
  /// 256-bit vectors with fused multiply-add on x86-64.
  case avx2
  /// 512-bit vectors on x86-64.
  case avx512
  /// AVX-512, and AMX tiles for bfloat16 matrix products.
  case amx

  private var code: gk_isa {
    switch self {
    case .scalar: GK_SCALAR
    case .neon: GK_NEON
    case .avx2: GK_AVX2
    case .avx512: GK_AVX512
    case .amx: GK_AMX
    }
  }

  fileprivate func table(_ precision: Precision) -> UnsafePointer<gk_table>? {
    gk_table_for(code, precision.code)
  }

  /// True if this processor and this build support it.
  package var isAvailable: Bool { table(.f32) != nil }

  /// True if it has instructions for bfloat16 products.
  package var multipliesBFloat16: Bool { self != .scalar && table(.bf16) != nil }

  /// The instruction sets that can run here, from the scalar reference to the widest.
  package static var available: [InstructionSet] { allCases.filter(\.isAvailable) }

  /// The instruction set to use: `GLIMPSE_ISA` if it is set, otherwise the widest available.
  ///
  /// - Throws: if `GLIMPSE_ISA` names an instruction set that is unknown or not available.
  package static func chosen() throws(EngineError) -> InstructionSet {
    let code = gk_chosen_isa()
    guard let chosen = allCases.first(where: { $0.code == code }) else {
      let word = ProcessInfo.processInfo.environment["GLIMPSE_ISA"] ?? ""
      let known = available.map(\.rawValue).joined(separator: ", ")
      throw EngineError(
        "GLIMPSE_ISA is \(word), and this machine can run \(known): unset it or name one of these")
    }
    return chosen
  }
}

/// The kernels for one instruction set and precision.
///
/// Sendable, because the function table is constant static memory.
package struct Kernels: @unchecked Sendable {
  /// The instruction set of the kernels.
  package let instructionSet: InstructionSet
  /// The number format of activations.
  package let precision: Precision
  let table: UnsafePointer<gk_table>

  /// Throws if the instruction set or precision is not available.
  package init(
    _ instructionSet: InstructionSet, precision: Precision = .f32
  ) throws(EngineError) {
    guard let table = instructionSet.table(precision) else {
      throw EngineError(
        "this machine cannot run \(instructionSet.rawValue) instructions in \(precision.rawValue)")
    }
    self.instructionSet = instructionSet
    self.precision = precision
    self.table = table
  }

  /// The kernels of the chosen instruction set, in the requested precision if it is supported.
  ///
  /// - Throws: if `GLIMPSE_ISA` names an instruction set that is unknown or not available.
  package static func chosen(_ precision: PrecisionChoice = .auto) throws(EngineError) -> Kernels {
    let set = try InstructionSet.chosen()
    return try Kernels(set, precision: precision.resolved(on: set).precision)
  }

  private init(_ set: InstructionSet, precision: Precision, table: UnsafePointer<gk_table>) {
    (instructionSet, self.precision, self.table) = (set, precision, table)
  }

  /// The bfloat16 kernels of `amx` with an emulated matrix unit, for tests on any machine; slow.
  static let emulatedMatrixUnits: Kernels? = gk_emulated_amx_table().map {
    Kernels(.amx, precision: .bf16, table: $0)
  }

  var convolution: gk_convolution_table { table.pointee.convolution }
  var elementwise: gk_elementwise_table { table.pointee.elementwise }
  var normalization: gk_normalization_table { table.pointee.normalization }
  var optimizer: gk_optimizer_table { table.pointee.optimizer }
  var peak: gk_peak_table { table.pointee.peak }
  var pixelwise: gk_pixelwise_table { table.pointee.pixelwise }
  var pooling: gk_pooling_table { table.pointee.pooling }
  var resampling: gk_resampling_table { table.pointee.resampling }
  /// The Winograd kernels; nil in the scalar reference and with matrix units.
  var winograd: gk_winograd_table? {
    table.pointee.winograd.input == nil ? nil : table.pointee.winograd
  }
}
