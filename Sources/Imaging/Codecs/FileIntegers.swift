import Basics

/// Unsigned integers in a file's bytes, at places that may lie outside of them.
struct FileIntegers {
  /// Where the bytes are.
  enum Storage {
    case memory(ArraySlice<UInt8>)
    case file(FilePages)
  }

  private let storage: Storage
  let isLittleEndian: Bool

  init(_ storage: Storage, isLittleEndian: Bool) {
    (self.storage, self.isLittleEndian) = (storage, isLittleEndian)
  }

  init(bytes: ArraySlice<UInt8>, isLittleEndian: Bool) {
    self.init(.memory(bytes), isLittleEndian: isLittleEndian)
  }

  /// The number of bytes.
  var count: Int {
    switch storage {
    case .memory(let bytes): bytes.count
    case .file(let pages): pages.file.size
    }
  }

  /// The integer of `size` bytes, 1 to 4, at a place counted from the first byte; nil if it does not
  /// lie within the bytes.
  func integer(at place: Int, size: Int) -> Int? {
    guard place >= 0, size <= count, place <= count - size else { return nil }
    switch storage {
    case .memory(let bytes): return integer(bytes, at: bytes.startIndex + place, size: size)
    case .file(let pages):
      let (page, first) = pages.page(with: place..<place + size)
      guard first + size <= page.count else { return nil }
      return integer(page[...], at: first, size: size)
    }
  }

  private func integer(_ bytes: ArraySlice<UInt8>, at first: Int, size: Int) -> Int {
    var value = 0
    for index in 0..<size {
      value = value << 8 | Int(bytes[isLittleEndian ? first + size - 1 - index : first + index])
    }
    return value
  }

  /// Passes the bytes at `places`, which lie within the file, to a closure; fewer where the file cannot
  /// be read.
  func withBytes<Result>(
    at places: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    switch storage {
    case .memory(let bytes): bytes.withUnsafeBytes { body(.init(rebasing: $0[places])) }
    case .file(let pages): pages.bytes(at: places).withUnsafeBytes(body)
    }
  }

  /// Whether the machine's integers have this byte order.
  var isNative: Bool { isLittleEndian == Self.isMachineLittleEndian }

  static let isMachineLittleEndian = 1.littleEndian == 1
}

/// A file of which one page is kept in memory. What cannot be read counts as missing.
final class FilePages {
  let file: OpenFile
  private var start = 0
  private var page: [UInt8] = []
  private static let size = 1 << 16

  init(_ file: OpenFile) { self.file = file }

  /// The page that holds some bytes, and the place of the first of them in it.
  func page(with places: Range<Int>) -> (page: [UInt8], first: Int) {
    if places.lowerBound < start || places.upperBound > start + page.count {
      start = places.lowerBound
      page = bytes(at: start..<start + Self.size)
    }
    return (page, places.lowerBound - start)
  }

  func bytes(at places: Range<Int>) -> [UInt8] {
    (try? file.bytes(at: places.lowerBound, count: places.count)) ?? []
  }
}
