import Foundation

/// Floats at a 64-byte boundary, zeroed, freed with the object.
///
/// A margin behind the last float lets kernels load whole vectors at the end.
final class AlignedBuffer: @unchecked Sendable {
  let buffer: UnsafeMutableBufferPointer<Float>
  private static let marginFloats = 64

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
