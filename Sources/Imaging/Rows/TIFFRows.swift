import Basics

/// The rows of a TIFF page; one row of its strips or tiles is in memory at a time.
final class TIFFRows: RowSource {
  let header: StoredHeader
  private(set) var warnings: [String]
  private let name: String
  private let reader: TIFFPageReader
  /// The decoded rows of the strips or tiles that were read last, and those of them that are used.
  private var band: [UInt8] = []
  private var used = 0
  private var nextSegment = 0

  /// The number of bytes to which the strips of files without compression are cut.
  private static let pieceSize = 1 << 20

  init(_ file: OpenFile, page: Int?) throws(CodecFault) {
    name = file.path
    reader = try TIFFPageReader(
      .file(FilePages(file)), page: page, pieceSize: Self.pieceSize)
    (header, warnings) = (reader.header, reader.warnings)
  }

  func read(_ count: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ImagingError) {
    var place = 0
    while place < buffer.count {
      if used == band.count {
        band = []  // not two at a time
        let segments = nextSegment..<nextSegment + 1
        let reader = reader
        band = try Codec.tiff.naming(name) { () throws(CodecFault) in
          try reader.pixels(ofSegments: segments)
        }
        (used, nextSegment) = (0, nextSegment + 1)
      }
      let size = min(band.count - used, buffer.count - place)
      band.withUnsafeBytes { bytes in
        UnsafeMutableRawBufferPointer(rebasing: buffer[place..<place + size])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[used..<used + size]))
      }
      used += size
      place += size
    }
  }
}
