import Foundation

/// Bytes that are read in pieces as they come: of a file, or of a pipe that may never end.
package final class ByteStream {
  /// The name in messages.
  package let name: String
  /// Called while a pipe has no bytes; true ends the stream.
  package var isCancelled: () -> Bool = { false }
  private let descriptor: Int32
  private let isOwned: Bool
  /// Pieces in place of a file, for tests.
  private var pieces: [[UInt8]] = []

  private static let pieceSize = 1 << 16
  private static let waitMilliseconds: Int32 = 100

  /// Opens a file, or a pipe below `/dev` or `/proc`.
  package init(_ path: String) throws(FileError) {
    let mayStream = path.hasPrefix("/dev/") || path.hasPrefix("/proc/")
    guard let file = try FileContents.descriptor(of: path, waits: mayStream) else {
      throw .missing(path)
    }
    (name, descriptor, isOwned) = (path, file, true)
    _ = try FileContents.size(of: file, path, limit: .max, mayStream: mayStream)
  }

  private init(name: String, descriptor: Int32, pieces: [[UInt8]] = []) {
    (self.name, self.descriptor, isOwned) = (name, descriptor, false)
    self.pieces = pieces
  }

  package static var standardInput: ByteStream {
    ByteStream(name: "standard input", descriptor: STDIN_FILENO)
  }

  /// A stream of given pieces.
  package convenience init(name: String, pieces: [[UInt8]]) {
    self.init(name: name, descriptor: -1, pieces: pieces.reversed())
  }

  deinit { if isOwned { close(descriptor) } }

  /// The next bytes, at least one; empty at the end, and after a cancellation.
  package func next() throws(FileError) -> [UInt8] {
    guard descriptor >= 0 else {
      while let piece = pieces.popLast() { if !piece.isEmpty { return piece } }
      return []
    }
    var failure: FileError?
    let bytes = [UInt8](unsafeUninitializedCapacity: Self.pieceSize) { buffer, filled in
      while !isCancelled() {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        if poll(&waiting, 1, Self.waitMilliseconds) == 0 { continue }
        let count = read(descriptor, buffer.baseAddress, Self.pieceSize)
        if count < 0, errno == EINTR || errno == EAGAIN { continue }
        if count < 0 { failure = .system(.read, name) }
        filled = max(count, 0)
        return
      }
    }
    if let failure { throw failure }
    return bytes
  }
}

/// A buffer over a stream, from which parts of known or searched length are taken.
package struct StreamBuffer {
  private let stream: ByteStream
  package private(set) var bytes: [UInt8] = []
  /// The start of what is not taken yet.
  private var start = 0
  package private(set) var isAtEnd = false

  package init(_ stream: ByteStream) { self.stream = stream }

  /// The number of bytes in memory that are not taken.
  package var count: Int { bytes.count - start }

  /// A byte that is in memory, counted from the first that is not taken.
  package subscript(place: Int) -> UInt8 { bytes[start + place] }

  /// The bytes in memory that are not taken.
  package var unread: ArraySlice<UInt8> { bytes[start...] }

  /// Reads until a number of bytes is in memory; false if the stream ends before.
  package mutating func fill(_ wanted: Int) throws(FileError) -> Bool {
    while count < wanted, !isAtEnd { try readMore() }
    return count >= wanted
  }

  /// Reads the next piece of the stream.
  package mutating func readMore() throws(FileError) {
    let more = try stream.next()
    isAtEnd = more.isEmpty
    if start > 1 << 16 {
      bytes.removeFirst(start)
      start = 0
    }
    bytes += more
  }

  /// Takes bytes that are in memory.
  package mutating func take(_ length: Int) -> [UInt8] {
    let part = Array(bytes[start..<start + length])
    start += length
    return part
  }

  /// Drops bytes of the stream, without keeping them in memory; false if it ends before.
  package mutating func skip(_ length: Int) throws(FileError) -> Bool {
    var rest = length
    while rest > count {
      rest -= count
      start = bytes.count
      if isAtEnd { return false }
      try readMore()
    }
    start += rest
    return true
  }

  /// Takes the bytes up to a separator, which is dropped, or up to the end; nil at the end.
  ///
  /// - Parameter limit: The maximum number of bytes without a separator.
  package mutating func take(
    upTo separator: UInt8, limit: Int = .max
  ) throws(FileError) -> [UInt8]? {
    var searched = 0
    while true {
      if let place = unread.dropFirst(searched).firstIndex(of: separator) {
        let part = take(place - unread.startIndex)
        start += 1
        return part
      }
      if isAtEnd { return count == 0 ? nil : take(count) }
      searched = count
      guard searched <= limit else { throw .tooLarge(stream.name, limit) }
      try readMore()
    }
  }
}
