import Testing

@testable import Basics

@Suite struct RecordFramingTests {
  /// RFC 3720, appendix B.4, whose bytes are in the order of transmission; "123456789" is the check
  /// value of the polynomial in the catalogue of CRC algorithms (CRC-32/ISCSI).
  @Test func checksumsAreThoseOfTheStandard() {
    let read: [UInt8] = [
      0x01, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
      0x00, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00,
      0x00, 0x18, 0x28, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00,
      0x00, 0x00, 0x00,
    ]
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum([UInt8](0..<32)) == 0x46DD_794E)
    #expect(CRC32C.checksum((0..<32).reversed().map { UInt8($0) }) == 0x113F_DB5C)
    #expect(CRC32C.checksum(read) == 0xD996_3A56)
    #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
    #expect(CRC32C.checksum([]) == 0)
  }

  /// The checksum of 32 zeros, 8A9136AA, rotated right by 15 bits is 6D551522; plus A282EAD8 it is
  /// 0FD7FFFA without the carry.
  @Test func checksumsAreMasked() {
    #expect(CRC32C.masked([UInt8](repeating: 0, count: 32)) == 0x0FD7_FFFA)
  }

  @Test func aRecordIsLengthDataAndChecksums() {
    let data: [UInt8] = [7, 8, 9]
    let record = RecordFraming.record(data)
    #expect(record.count == 8 + 4 + 3 + 4)
    #expect(Array(record.prefix(8)) == [3, 0, 0, 0, 0, 0, 0, 0])
    #expect(Array(record[12..<15]) == data)
    func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
      bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    #expect(number(record[8..<12]) == CRC32C.masked(record.prefix(8)))
    #expect(number(record[15...]) == CRC32C.masked(data))
  }
}
