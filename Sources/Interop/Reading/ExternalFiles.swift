import Basics

/// The files beside an ONNX file that hold tensors of it, or what an archive holds of them.
final class ExternalFiles {
  private let folder: String
  private let archive: NetworkArchive?
  /// The files of an archive that were read.
  private var read: [String: [UInt8]] = [:]
  /// The names that tensors were read of.
  private(set) var names: Set<String> = []

  /// Those in the folder of a file.
  init(beside path: String) {
    folder = FilePath.folder(path)
    archive = nil
  }

  /// Those of an archive.
  init(in archive: NetworkArchive) {
    folder = "."
    self.archive = archive
  }

  /// Passes the bytes of a file on.
  func withBytes<Result>(
    of name: String, _ body: (UnsafeBufferPointer<UInt8>) throws(InteropError) -> Result
  ) throws(InteropError) -> Result {
    names.insert(name)
    if let archive {
      guard let bytes = read[name] ?? archive.file(name) else {
        throw InteropError("it does not hold the file \(printable(name))", in: archive.path)
      }
      read[name] = bytes
      return try bytes.withUnsafeBufferPointer { bytes throws(InteropError) in try body(bytes) }
    }
    let file = try InteropError.wrap(LoadedFile(FilePath.join(folder, name), limit: 1 << 36))
    return try withExtendedLifetime(file) { () throws(InteropError) in try body(file.bytes) }
  }
}
