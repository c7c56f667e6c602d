import Testing

@testable import Basics

@Suite struct ProtobufReaderTests {
  @Test func whatIsWrittenIsRead() throws {
    var writer = ProtobufWriter()
    writer.add(1, -3)
    writer.add(2, Float(1.5))
    writer.add(3, "Größe")
    writer.add(4, Double(0.25))
    let bytes = writer.bytes
    try bytes.withUnsafeBytes { buffer in
      var reader = ProtobufReader(buffer)
      #expect(try reader.next()?.integer() == -3)
      #expect(try reader.next()?.float() == 1.5)
      #expect(try reader.next()?.text() == "Größe")
      var doubles: [Double] = []
      try reader.next()?.appendDoubles(to: &doubles)
      #expect(doubles == [0.25])
      #expect(try reader.next()?.number == nil)
    }
  }

  /// protobuf.dev, "Encoding": 86 9E A7 05 in field 4 are the packed integers 3, 270, 86942 of its
  /// example `22 06 03 8E 02 9E A7 05`.
  @Test func packedIntegersAreRead() throws {
    let bytes: [UInt8] = [0x22, 0x06, 0x03, 0x8E, 0x02, 0x9E, 0xA7, 0x05]
    try bytes.withUnsafeBytes { buffer in
      var reader = ProtobufReader(buffer)
      var list: [Int64] = []
      try reader.next()?.appendIntegers(to: &list)
      #expect(list == [3, 270, 86942])
    }
  }

  @Test(arguments: [
    [0x0A, 0x05, 0x01], [0x08], [0x08, 0x80], [0x00, 0x01], [0x0B, 0x01], [0x0D, 1, 2, 3],
    [0x08] + [UInt8](repeating: 0xFF, count: 10) + [0x01],
    [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
  ]) func brokenMessagesAreRefused(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      var reader = ProtobufReader(buffer)
      #expect(throws: ProtobufFault.self) { while try reader.next()?.number != nil {} }
    }
  }
}
