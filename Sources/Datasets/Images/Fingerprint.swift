/// A 64-bit hash of bytes, the same on every machine. It is not cryptographic: collisions can be
/// constructed. Among 100,000 different files, the probability of any collision is below 1e-9.
///
/// A chain of folded products (64 x 64 to 128 bits, the halves combined by XOR), as in wyhash.
package struct Fingerprint: RawRepresentable, Hashable, Codable, Sendable {
  package let rawValue: UInt64

  package init(rawValue: UInt64) { self.rawValue = rawValue }

  /// The hash of some bytes; different seeds give independent hashes.
  init(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) {
    var hash = 0x243f_6a88_85a3_08d3 ^ UInt64(bytes.count)
    // Without the rotation, a product of zero would discard all bytes before it.
    func mix(_ left: UInt64, _ right: UInt64) {
      let (high, low) = (left ^ hash).multipliedFullWidth(by: right ^ 0xa409_3822_299f_31d0)
      hash = (hash << 29 | hash >> 35) ^ high ^ low
    }
    mix(seed, 0x1319_8a2e_0370_7344)
    let whole = bytes.count & ~15
    for offset in stride(from: 0, to: whole, by: 16) {
      mix(
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)),
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)))
    }
    // The rest, at most 15 bytes; the count above distinguishes its padding from zeros in the data.
    var rest: (UInt64, UInt64) = (0, 0)
    for byte in bytes[whole...] {
      rest = (rest.0 << 8 | rest.1 >> 56, rest.1 << 8 | UInt64(byte))
    }
    mix(rest.0, rest.1)
    for _ in 0..<3 { mix(hash, hash >> 32) }
    rawValue = hash
  }

  package init(_ bytes: [UInt8], seed: UInt64 = 0) {
    self = bytes.withUnsafeBytes { Fingerprint($0, seed: seed) }
  }
}
