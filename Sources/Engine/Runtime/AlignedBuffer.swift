import Foundation

/// Floats at a 64-byte boundary, zeroed, freed with the object.
///
/// A margin behind the last float lets kernels load whole vectors at the end. Safe to send, because
/// the object itself never changes; who may write to its memory is up to its owner.
final class AlignedBuffer: @unchecked Sendable {
  let buffer: UnsafeMutableBufferPointer<Float>
  private static let marginFloats = 64
  /// Floats of a cache line.
  static let alignment = 16

  /// A count up to the next multiple of a cache line.
  static func aligned(_ count: Int) -> Int { (count + alignment - 1) / alignment * alignment }

  init(count: Int) {
    let floats = count + Self.marginFloats
    let memory = UnsafeMutableRawPointer.allocate(byteCount: floats * 4, alignment: 64)
    let base = memory.initializeMemory(as: Float.self, repeating: 0, count: floats)
    buffer = UnsafeMutableBufferPointer(start: base, count: count)
  }

  deinit {
    buffer.baseAddress?.deallocate()
  }

  var base: UnsafeMutablePointer<Float> {
    guard let address = buffer.baseAddress else { preconditionFailure("no memory") }
    return address
  }
}
