import TestSupport
import Testing

@testable import Basics

/// Lines of bytes, asked for in any order.
struct LineCounterTests {
  /// Against counting from the start each time, over lines of all lengths up to 6,000 bytes.
  @Test func placesInAnyOrder() {
    var bytes: [UInt8] = []
    for length in [0, 1, 3000, 6000, 4095, 4096, 0, 17] {
      bytes += [UInt8](repeating: UInt8(ascii: "x"), count: length) + [UInt8(ascii: "\n")]
    }
    var state: UInt64 = 3
    bytes.withUnsafeBufferPointer { bytes in
      var lines = LineCounter(bytes)
      let ends = [0, 4095, 4096, 8191, 8192, bytes.count - 1, bytes.count, bytes.count + 9, 0, 1]
      for round in 0..<400 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let offset = round < ends.count ? ends[round] : Int(state >> 33) % bytes.count
        let expected = 1 + bytes.prefix(offset).count { $0 == UInt8(ascii: "\n") }
        #expect(lines.line(at: offset) == expected, "byte \(offset)")
      }
    }
  }

  /// Places from the last to the first: to count from the start for each would take quadratic time.
  @Test func placesFromTheLastToTheFirst() {
    let bytes = [UInt8](repeating: UInt8(ascii: "\n"), count: 8 << 20)
    let growth = timeGrowth(at: bytes.count) { size in
      bytes.withUnsafeBufferPointer { bytes in
        var lines = LineCounter(UnsafeBufferPointer(rebasing: bytes.prefix(size)))
        let offsets = stride(from: size - 1, to: 0, by: -1600)
        #expect(offsets.allSatisfy { lines.line(at: $0) == $0 + 1 })
      }
    }
    #expect(growth < 10)
  }
}
