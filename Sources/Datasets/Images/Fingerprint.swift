import Basics

/// 128 bits that stand for a sequence of bytes: equal bytes have equal ones, and others do not
/// but by a chance that is not worth thinking of.
///
/// Two chains of folded products (64 x 64 to 128 bits, the halves joined by "exclusive or"). Not for
/// secrets: whoever wants two texts of one fingerprint can make them.
package struct Fingerprint: Hashable, Sendable {
  /// The first half.
  package let high: UInt64
  /// The second half.
  package let low: UInt64

  /// Makes a fingerprint from its halves.
  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The fingerprint of some bytes, the same on every machine.
  init(_ bytes: UnsafeRawBufferPointer) {
    var chains = FingerprintChains(count: bytes.count)
    let whole = bytes.count & ~15
    for offset in stride(from: 0, to: whole, by: 16) {
      chains.add(
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)),
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)))
    }
    if whole < bytes.count {
      // The rest, filled up with zeros; the count, which is mixed in, tells it from real ones.
      var words: (UInt64, UInt64) = (0, 0)
      for (place, byte) in bytes[whole...].enumerated() {
        if place < 8 {
          words.0 |= UInt64(byte) << (8 * UInt64(place))
        } else {
          words.1 |= UInt64(byte) << (8 * UInt64(place - 8))
        }
      }
      chains.add(words.0, words.1)
    }
    self = chains.ended
  }

  /// The fingerprint of some bytes.
  init(_ bytes: [UInt8]) {
    self = bytes.withUnsafeBytes { Fingerprint($0) }
  }

  /// The fingerprint of a text's UTF-8.
  init(_ text: String) {
    var text = text
    self = text.withUTF8 { Fingerprint(UnsafeRawBufferPointer($0)) }
  }

  /// 32 hexadecimal digits.
  var digits: String {
    [high, low].map { half in
      let digits = String(half, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}

/// The two chains on their way; what they start from are digits of pi, which nobody chose.
private struct FingerprintChains {
  private var first: UInt64
  private var second: UInt64

  private static let keys: (UInt64, UInt64) = (0xa409_3822_299f_31d0, 0x082e_fa98_ec4e_6c89)

  init(count: Int) {
    first = 0x243f_6a88_85a3_08d3 ^ UInt64(count)
    second = 0x1319_8a2e_0370_7344 &+ UInt64(count)
  }

  /// Sixteen bytes more. A product of zero leaves what was, turned, so that nothing is forgotten.
  @inline(__always)
  mutating func add(_ left: UInt64, _ right: UInt64) {
    first = Self.turned(first) ^ Self.folded(left ^ first, right ^ Self.keys.0)
    second = Self.turned(second) ^ Self.folded(left ^ Self.keys.1, right ^ second)
  }

  var ended: Fingerprint {
    var last = self
    for _ in 0..<3 { last.add(last.second, last.first) }
    return Fingerprint(high: last.first, low: last.second)
  }

  @inline(__always)
  private static func turned(_ word: UInt64) -> UInt64 { word << 29 | word >> 35 }

  @inline(__always)
  private static func folded(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (high, low) = a.multipliedFullWidth(by: b)
    return high ^ low
  }
}

extension ByteWriter {
  mutating func put(_ fingerprint: Fingerprint) {
    put(fingerprint.high)
    put(fingerprint.low)
  }
}

extension ByteReader {
  mutating func fingerprint() -> Fingerprint? {
    guard let high = number(UInt64.self), let low = number(UInt64.self) else { return nil }
    return Fingerprint(high: high, low: low)
  }
}
