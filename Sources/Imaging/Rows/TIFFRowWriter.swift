import Basics

/// Writes a TIFF file row by row. Its compressed strips stay in memory, since the directory before them
/// states their sizes: a few megabytes for a mask of any size.
package final class TIFFRowWriter: RowWriter {
  private let path: String
  private var writer: TIFFWriter

  package init(_ path: String, width: Int, height: Int, format: PixelFormat) {
    self.path = path
    writer = TIFFWriter(width: width, height: height, format: format)
  }

  package func append(_ rows: [UInt8]) throws(ImagingError) {
    guard writer.append(rows) else { throw .outOfMemory(name: path) }
  }

  package func commit() throws(ImagingError) {
    guard let bytes = writer.file() else {
      throw .unencodable(name: path, codec: .tiff, reason: "it would exceed the 4 GB of TIFF")
    }
    do throws(FileError) {
      // Not synced to disk: the image can be made again.
      try AtomicFile.write(bytes, to: path, isSynced: false, followsLinks: false)
    } catch {
      throw ImagingError(error.diagnostic)
    }
  }
}
