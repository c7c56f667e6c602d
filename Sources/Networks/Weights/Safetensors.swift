import Basics

/// A reader for safetensors files (Hugging Face, version 0.4).
///
/// A file holds the header length in eight bytes, a JSON header, and the data. Lengths, names,
/// types, shapes and ranges are validated when the file is opened, so reading a tensor later cannot
/// fail.
package struct Safetensors: Sendable {
  /// The element type, shape and position of one tensor.
  package struct Entry: Hashable, Sendable {
    /// The element type; nil for integers and 8-bit floats, which are not supported.
    package let type: ElementType?
    /// The name of the element type in the file.
    package let dtype: String
    /// The extents, outermost first; empty for a scalar.
    package let shape: [Int]
    /// The byte range in the file.
    let range: Range<Int>
  }

  /// The source of the bytes, for error messages.
  package let name: String
  /// The header's `__metadata__`: text by key.
  package let metadata: [String: String]
  /// The tensors by name.
  package let entries: [String: Entry]
  private let content: Content

  /// The storage of the bytes.
  private enum Content: Sendable {
    case memory([UInt8])
    case file(LoadedFile)

    func withBytes<Result, Failure: Error>(
      _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      switch self {
      case .memory(let bytes):
        try bytes.withUnsafeBufferPointer { buffer throws(Failure) in
          try body(UnsafeRawBufferPointer(buffer))
        }
      case .file(let file): try body(UnsafeRawBufferPointer(file.bytes))
      }
    }
  }

  /// The `format` in the metadata of a training's checkpoint.
  package static let checkpointFormat = "glimpse-checkpoint"
  /// The `format` in the metadata of a network of another program that `import` wrote.
  package static let networkFormat = "glimpse-network"
  /// Whether the file is the checkpoint of a training rather than a weights file.
  package var isCheckpoint: Bool { metadata["format"] == Self.checkpointFormat }

  /// The maximum header size in bytes, as in the reference implementation.
  static let largestHeader = 100_000_000
  /// The maximum file size in bytes.
  private static let largestFile = 8 << 30

  /// Opens and validates a file.
  ///
  /// - Parameter isTrained: Whether a training starts from it, for messages.
  /// - Throws: `NetworksError` if it cannot be read or is not a valid safetensors file.
  package init(path: String, isTrained: Bool = false) throws(NetworksError) {
    if FileContents.entry(path) == .folder { throw Self.noWeights(in: path) }
    let file = try NetworksError.wrap(LoadedFile(path, limit: Self.largestFile))
    try self.init(.file(file), name: path, isTrained: isTrained)
  }

  /// The error for a folder: one that is a run's stands for its best weights before.
  private static func noWeights(in folder: String) -> NetworksError {
    let folds = ((try? FileContents.names(in: folder)) ?? []).map { FilePath.join(folder, $0) }
      .filter { FileContents.entry(FilePath.join($0, "weights/best.safetensors")) == .file }
    return NetworksError(
      "\(folder) is a folder, and there is no weights/best.safetensors here"
        + (folds.isEmpty
          ? "; give a weights file or the folder of a training"
          : "; give \(Sentence.alternatives(Array(folds.prefix(5))))"))
  }

  /// Opens and validates the bytes of a file; `name` is used in error messages.
  ///
  /// - Throws: `NetworksError` if they are not a valid safetensors file.
  package init(bytes: [UInt8], name: String) throws(NetworksError) {
    try self.init(.memory(bytes), name: name)
  }

  private init(
    _ content: Content, name: String, isTrained: Bool = false
  ) throws(NetworksError) {
    self.name = name
    self.content = content
    (entries, metadata) = try content.withBytes { bytes throws(NetworksError) in
      try Self.contents(of: bytes, name: name, isTrained: isTrained)
    }
  }

  /// The values of a tensor as floats; nil if it does not exist or has an unsupported type.
  package func values(_ tensor: String) -> [Float]? {
    entries[tensor].flatMap { entry in
      content.withBytes { entry.type?.decode(UnsafeRawBufferPointer(rebasing: $0[entry.range])) }
    }
  }

  /// The bytes of a tensor of any type, little-endian; nil if it does not exist.
  package func bytes(_ tensor: String) -> [UInt8]? {
    entries[tensor].map { entry in content.withBytes { Array($0[entry.range]) } }
  }

  private static func contents(
    of bytes: UnsafeRawBufferPointer, name: String, isTrained: Bool
  ) throws(NetworksError) -> (entries: [String: Entry], metadata: [String: String]) {
    func failure(_ what: String) -> NetworksError {
      NetworksError("\(name) is not a valid safetensors file: \(what)")
    }
    // The header begins with "{" after its length, which no other kind of file has at that place.
    if bytes.count < 9 || bytes[8] != UInt8(ascii: "{"),
      let kind = FileKind.name(of: bytes.prefix(FileKind.prefix), isTrained: isTrained)
    {
      throw failure("it is \(kind)")
    }
    guard bytes.count >= 8 else { throw failure("it has \(bytes.count) bytes, fewer than 8") }
    let length = bytes[0..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(bytes.count - 8), length <= UInt64(largestHeader) else {
      throw failure(
        "its header should have \(length) bytes, but \(bytes.count - 8) follow (at most "
          + "\(largestHeader) are allowed)")
    }
    let start = 8 + Int(length)
    let header: SafetensorsHeader
    do {
      header = try SafetensorsHeader(
        json: UnsafeRawBufferPointer(rebasing: bytes[8..<start]).assumingMemoryBound(to: UInt8.self)
      )
    } catch {
      throw failure("its header is invalid: \(error.message)")
    }
    let described = header.tensors.values.map(\.end).max() ?? 0
    guard described <= bytes.count - start else {
      throw failure(
        "it ends early: it has \(bytes.count) bytes, and its header describes data up to byte "
          + "\(UInt64(start) + UInt64(described)); download or copy it again")
    }
    var entries: [String: Entry] = [:]
    var next = 0
    for (tensor, stored) in header.inOrder {
      let type = ElementType(rawValue: stored.dtype)
      guard let width = type?.byteCount ?? ElementType.otherByteCounts[stored.dtype] else {
        throw failure(
          "\(printable(tensor)) has the type \(printable(stored.dtype)), which the format "
            + "does not define")
      }
      // Contiguous ranges exclude both overlaps and data without a tensor.
      guard stored.begin == next, stored.end >= stored.begin, stored.end <= bytes.count - start
      else {
        throw failure(
          "\(printable(tensor)) has data offsets \(stored.begin) to \(stored.end), but \(next) to "
            + "at most \(bytes.count - start) was expected")
      }
      guard let size = stored.size(elementBytes: width), size == stored.end - stored.begin else {
        throw failure(
          "\(printable(tensor)) has \(stored.end - stored.begin) bytes, which do not match "
            + "the shape \(stored.shape.prefix(8)) of \(stored.dtype)")
      }
      next = stored.end
      entries[tensor] = Entry(
        type: type, dtype: stored.dtype, shape: stored.shape,
        range: start + stored.begin..<start + stored.end)
    }
    guard start + next == bytes.count else {
      throw failure("\(bytes.count - start - next) bytes at its end belong to no tensor")
    }
    return (entries, header.metadata)
  }
}

/// Text from a file for messages: control characters replaced, truncated to `limit` scalars.
func printable(_ text: String, limit: Int = 80) -> String {
  let visible = text.unicodeScalars.prefix(limit).map { scalar in
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: "?"
    default: String(scalar)
    }
  }.joined()
  return text.unicodeScalars.count > limit ? visible + "..." : visible
}
