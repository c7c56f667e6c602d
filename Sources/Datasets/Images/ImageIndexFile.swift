import Basics
import Foundation
import Imaging

/// The file of an index: a head, the entries one behind the other, and a fingerprint of all that.
///
/// Numbers are little-endian. What is not exactly as it was written is as good as no index.
enum ImageIndexFile {
  /// Names the kind of file and, in its last byte, the version: changed with every change of the
  /// layout or of how facts are found.
  private static let head: [UInt8] = Array("glimpix".utf8) + [2]
  private static let fingerprintSize = 16

  /// The entries of a file, or nil where there is none that can be used.
  static func read(_ path: String) -> [Fingerprint: ImageIndex.Entry]? {
    guard FileStamp(path) != nil, let file = try? MappedFile(path) else { return nil }
    return withExtendedLifetime(file) { decode(UnsafeRawBufferPointer(file.bytes)) }
  }

  /// Writes the file; its folder is made where it is missing. Failures are ignored: an index only
  /// saves time.
  static func write(_ entries: [Fingerprint: ImageIndex.Entry], to path: String) {
    try? FileManager.default.createDirectory(
      atPath: FilePath.folder(path), withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    try? AtomicFile.write(encode(entries), to: path, isSynced: false)
  }

  static func encode(_ entries: [Fingerprint: ImageIndex.Entry]) -> [UInt8] {
    var bytes = ByteWriter()
    bytes.bytes.reserveCapacity(64 + entries.count * 360)
    bytes.bytes += head
    bytes.put(UInt64(entries.count))
    for (key, entry) in entries { put(key, entry, into: &bytes) }
    bytes.put(Fingerprint(bytes.bytes))
    return bytes.bytes
  }

  static func decode(_ bytes: UnsafeRawBufferPointer) -> [Fingerprint: ImageIndex.Entry]? {
    let end = bytes.count - fingerprintSize
    guard end >= head.count, bytes.prefix(head.count).elementsEqual(head) else { return nil }
    var ending = ByteReader(bytes, in: end..<bytes.count)
    guard ending.fingerprint() == Fingerprint(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
    else { return nil }
    var reader = ByteReader(bytes, in: head.count..<end)
    guard let count = reader.number(UInt64.self), count <= UInt64(end) else { return nil }
    var entries = [Fingerprint: ImageIndex.Entry](minimumCapacity: Int(count))
    for _ in 0..<count {
      guard let key = reader.fingerprint(), let entry = entry(&reader) else { return nil }
      entries[key] = entry
    }
    return reader.isAtEnd ? entries : nil
  }

  // MARK: Entries

  private static func put(
    _ key: Fingerprint, _ entry: ImageIndex.Entry, into bytes: inout ByteWriter
  ) {
    let facts = entry.facts
    bytes.put(key)
    bytes.put(UInt64(entry.stamp.size))
    bytes.put(UInt64(bitPattern: entry.stamp.modified))
    bytes.put(UInt64(bitPattern: entry.stamp.changed))
    bytes.put(entry.stamp.inode)
    bytes.put(entry.stamp.device)
    bytes.put(UInt32(clamping: entry.day))
    bytes.put(UInt32(clamping: facts.width))
    bytes.put(UInt32(clamping: facts.height))
    bytes.put(UInt8(clamping: facts.orientation.rawValue))
    bytes.put(UInt8(clamping: Codec.allCases.firstIndex(of: facts.codec) ?? 0))
    guard let content = facts.content else {
      bytes.put(UInt8(0))
      return
    }
    bytes.put(UInt8(1))
    bytes.put(content.bytes)
    bytes.put(content.pixels)
    bytes.put(content.look.hash)
    bytes.bytes += content.look.thumbnail
    bytes.put(UInt8(clamping: content.warnings.count))
    for warning in content.warnings.prefix(Int(UInt8.max)) {
      let text = Array(warning.utf8.prefix(Int(UInt16.max)))
      bytes.put(UInt16(text.count))
      bytes.bytes += text
    }
  }

  private static func entry(_ reader: inout ByteReader) -> ImageIndex.Entry? {
    guard let size = reader.number(UInt64.self).flatMap({ Int(exactly: $0) }),
      let modified = reader.number(UInt64.self), let changed = reader.number(UInt64.self),
      let inode = reader.number(UInt64.self), let device = reader.number(UInt64.self),
      let day = reader.number(UInt32.self),
      let width = reader.number(UInt32.self), let height = reader.number(UInt32.self),
      width > 0, height > 0,
      let orientation = reader.number(UInt8.self).flatMap({ Orientation(rawValue: Int($0)) }),
      let codec = reader.number(UInt8.self), Int(codec) < Codec.allCases.count,
      let hasContent = reader.number(UInt8.self), hasContent <= 1
    else { return nil }
    var facts = ImageRecord(
      byteCount: size, width: Int(width), height: Int(height), orientation: orientation,
      codec: Codec.allCases[Int(codec)])
    if hasContent == 1 {
      guard let content = content(&reader) else { return nil }
      facts.content = content
    }
    return ImageIndex.Entry(
      stamp: FileStamp(
        size: size, modified: Int64(bitPattern: modified), changed: Int64(bitPattern: changed),
        inode: inode, device: device), day: Int(day), facts: facts)
  }

  private static func content(_ reader: inout ByteReader) -> ImageContent? {
    let side = ImageSignature.thumbnailSide
    guard let bytes = reader.fingerprint(), let pixels = reader.fingerprint(),
      let hash = reader.number(UInt64.self), let thumbnail = reader.bytes(side * side),
      let count = reader.number(UInt8.self)
    else { return nil }
    var warnings: [String] = []
    for _ in 0..<count {
      guard let length = reader.number(UInt16.self), let text = reader.bytes(Int(length)) else {
        return nil
      }
      warnings.append(String(decoding: text, as: UTF8.self))
    }
    return ImageContent(
      bytes: bytes, pixels: pixels, look: ImageSignature(hash: hash, thumbnail: thumbnail),
      warnings: warnings)
  }
}
