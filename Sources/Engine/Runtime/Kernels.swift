import CGlimpseKernels
import Foundation

/// An instruction set that kernels exist for, from the plain reference to the widest.
package enum InstructionSet: String, CaseIterable, Sendable {
  /// Plain loops: the reference that the others are tested against.
  case scalar
  /// 128-bit vectors of 64-bit Arm.
  case neon
  /// 256-bit vectors with fused multiply-add of x86-64.
  case avx2
  /// 512-bit vectors of x86-64.
  case avx512
  /// The same, and tiles that multiply matrices of bfloat16.
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

  /// True where this processor and build can run it.
  package var isAvailable: Bool { table(.f32) != nil }

  /// True where it has instructions that multiply bfloat16.
  package var multipliesBFloat16: Bool { self != .scalar && table(.bf16) != nil }

  /// True where it has units that multiply whole matrices of bfloat16.
  package var hasMatrixUnits: Bool { self == .amx }

  /// Those that can run here, the plain reference first, the widest last.
  package static var available: [InstructionSet] { allCases.filter(\.isAvailable) }

  /// The one to use: `GLIMPSE_ISA` where it is set, else the widest that can run here.
  ///
  /// Throws where `GLIMPSE_ISA` names one that is unknown or cannot run here.
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

/// The kernels of one instruction set and precision.
///
/// Safe for concurrent callers: the table is constant memory of the program.
package struct Kernels: @unchecked Sendable {
  /// Which instruction set they use.
  package let instructionSet: InstructionSet
  /// The number format of activations.
  package let precision: Precision
  let table: UnsafePointer<gk_table>

  /// Throws where the instruction set cannot run here.
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

  /// The kernels of the chosen instruction set in the precision that it supports.
  ///
  /// Throws where `GLIMPSE_ISA` names an instruction set that is unknown or cannot run here.
  package static func chosen(_ precision: PrecisionChoice = .auto) throws(EngineError) -> Kernels {
    let set = try InstructionSet.chosen()
    return try Kernels(set, precision: precision.resolved(on: set).precision)
  }

  private init(_ set: InstructionSet, precision: Precision, table: UnsafePointer<gk_table>) {
    (instructionSet, self.precision, self.table) = (set, precision, table)
  }

  /// The kernels of `amx` in bfloat16 with plain code for the matrix unit: they run on any machine,
  /// slowly, and test all code around the unit.
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
  /// Absent in the plain reference.
  var winograd: gk_winograd_table? {
    table.pointee.winograd.pack == nil ? nil : table.pointee.winograd
  }
}
