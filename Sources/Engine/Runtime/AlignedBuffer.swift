import Foundation

/// A zero-initialized buffer of floats, aligned to 64 bytes and freed with the object.
///
/// Padding after the last float lets kernels load whole vectors at the end. Sendable, because the
/// object is immutable; its owner synchronizes access to the memory.
final class AlignedBuffer: @unchecked Sendable {
  let buffer: UnsafeMutableBufferPointer<Float>
  private static let marginFloats = 64
  /// Floats per cache line.
  static let alignment = 16

  /// The count rounded up to whole cache lines.
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
