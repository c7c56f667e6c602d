internal import CGlimpseCodecs
import Basics

/// Writes a PNG file row by row; the file appears under its name when it is complete.
package final class PNGRowWriter: RowWriter {
  private let path: String
  private let width: Int
  private let format: PixelFormat
  private let writer: OpaquePointer
  private var file: AtomicFile?

  /// Creates the temporary file. A symbolic link in the place of the file is replaced.
  ///
  /// - Parameter isLabelMap: Whether samples are numbers of classes or objects, which are compressed
  ///   without filters.
  /// - Throws: `ImagingError` if the file cannot be written or the image is too large for a PNG.
  package init(
    _ path: String, width: Int, height: Int, format: PixelFormat, isLabelMap: Bool = false
  ) throws(ImagingError) {
    guard max(width, height) <= Int(Int32.max) else {
      throw .unencodable(
        name: path, codec: .png, reason: "its size of \(width)x\(height) pixels is too large")
    }
    (self.path, self.width, self.format) = (path, width, format)
    var report = gc_report()
    var opened: OpaquePointer?
    let status = gc_png_writer_open(
      UInt32(width), UInt32(height), Int32(format.channels), Int32(format.bitDepth),
      isLabelMap ? 0 : 1, &opened, &report)
    guard Int(status) == GC_OK, let opened else {
      throw report.encodingError(status: status, name: path, codec: .png)
    }
    writer = opened
    file = try ImagingError.wrap(AtomicFile(path, followsLinks: false))
  }

  deinit { gc_png_writer_close(writer) }

  /// Writes the next rows.
  ///
  /// - Parameter rows: Whole rows in the file's format.
  package func append(_ rows: UnsafeRawBufferPointer) throws(ImagingError) {
    let count = rows.count / (width * format.bytesPerPixel)
    var report = gc_report()
    let status = gc_png_writer_append(
      writer, rows.assumingMemoryBound(to: UInt8.self).baseAddress, rows.count, UInt32(count),
      &report)
    guard Int(status) == GC_OK else {
      throw report.encodingError(status: status, name: path, codec: .png)
    }
    var bytes: UnsafePointer<UInt8>?
    var size = 0
    gc_png_writer_output(writer, &bytes, &size)
    do throws(FileError) {
      try file?.append(UnsafeRawBufferPointer(start: bytes, count: size))
    } catch {
      throw ImagingError(error.diagnostic)
    }
  }

  /// Writes the next rows.
  package func append(_ rows: [UInt8]) throws(ImagingError) {
    var outcome = Result<Void, ImagingError>.success(())
    rows.withUnsafeBytes { buffer in
      outcome = Result { () throws(ImagingError) in try append(buffer) }
    }
    try outcome.get()
  }

  /// Gives the complete file its name. Without it, nothing is left.
  package func commit() throws(ImagingError) {
    guard let file = file.take() else { return }
    do throws(FileError) {
      // Not synced to disk: the image can be made again.
      try file.commit(isSynced: false)
    } catch {
      throw ImagingError(error.diagnostic)
    }
  }
}

extension gc_report {
  /// The error of a failed call that writes.
  func encodingError(status: Int32, name: String, codec: Codec) -> ImagingError {
    Int(status) == GC_NO_MEMORY
      ? .outOfMemory(name: name) : .unencodable(name: name, codec: codec, reason: failure)
  }
}
