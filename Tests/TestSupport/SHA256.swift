/// SHA-256 by the letter of FIPS 180-4, for comparing pixels with digests.
package enum SHA256 {
  /// The digest of some bytes in lowercase hexadecimal.
  package static func hex(_ message: [UInt8]) -> String {
    var state: [UInt32] = [
      0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab,
      0x5be0_cd19,
    ]
    var padded = message + [0x80]
    padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
    for shift in stride(from: 56, through: 0, by: -8) {
      padded.append(UInt8(truncatingIfNeeded: (message.count * 8) >> shift))
    }
    var w = [UInt32](repeating: 0, count: 64)
    padded.withUnsafeBufferPointer { bytes in
      for block in stride(from: 0, to: bytes.count, by: 64) {
        for t in 0..<16 {
          w[t] = (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[block + 4 * t + $1]) }
        }
        for t in 16..<64 {
          let s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3
          let s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10
          w[t] = w[t - 16] &+ s0 &+ w[t - 7] &+ s1
        }
        compress(w, into: &state)
      }
    }
    return state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  private static func compress(_ w: [UInt32], into state: inout [UInt32]) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for t in 0..<64 {
      let s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
      let t1 = h &+ s1 &+ (e & f ^ ~e & g) &+ constants[t] &+ w[t]
      let s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
      let t2 = s0 &+ (a & b ^ a & c ^ b & c)
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
    }
    for (i, value) in [a, b, c, d, e, f, g, h].enumerated() { state[i] &+= value }
  }

  private static func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }

  /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
  private static let constants: [UInt32] = {
    let primes = (2...311).filter { n in !(2..<n).contains { n % $0 == 0 } }
    return primes.map { prime in
      // floor(cube root of prime * 2^96) by bits: the root of `prime` takes 3 bits before the point.
      var root: UInt64 = 0
      for bit in (0..<35).reversed() {
        let next = root | 1 << UInt64(bit)
        let square = next.multipliedFullWidth(by: next)
        // next^3 <= prime * 2^96, in 192 bits: next^2 has 70 bits, next has 35.
        let low = square.low.multipliedFullWidth(by: next)
        let high = (square.high &* next) &+ low.high  // next^3 >> 64, below 2^41
        if high < UInt64(prime) << 32 || (high == UInt64(prime) << 32 && low.low == 0) {
          root = next
        }
      }
      return UInt32(truncatingIfNeeded: root)
    }
  }()
}
