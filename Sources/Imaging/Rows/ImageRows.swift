import Basics

/// The rows of an image file from the top, decoded as they are asked for.
///
/// PNG files without interlacing, JPEG files of one scan and TIFF files hold only a few rows in memory
/// at a time. Other files, and those whose orientation is not upright, are decoded whole.
package final class ImageRows {
  /// The width of the upright image, in pixels.
  package let width: Int
  /// The height of the upright image, in pixels.
  package let height: Int
  /// The layout of the rows: channels and bit depth as stored.
  package let format: PixelFormat
  /// The number of rows that were read.
  package private(set) var rowsRead = 0
  private var source: any RowSource
  /// Decodes a damaged JPEG whole; nil for other files, and where damage is refused.
  private let rescue: (() throws(ImagingError) -> DecodedImage)?

  /// Opens a file and reads its header.
  ///
  /// - Parameters:
  ///   - path: A file, or a stream below `/dev` or `/proc`, which is decoded whole.
  ///   - policy: Damage that is accepted, the limit of pixels and the page; its format and scale are
  ///     not used.
  /// - Throws: `ImagingError`, as `ImageFile.read` does.
  package init(_ path: String, policy: DecodePolicy = DecodePolicy()) throws(ImagingError) {
    let opened = try Self.open(path, policy)
    (source, width, height, format) = (opened.source, opened.width, opened.height, opened.format)
    rescue =
      opened.source is JPEGRows && policy.acceptsTruncated
      ? { () throws(ImagingError) in try ImageFile.read(path, policy: Self.asStored(policy)) } : nil
  }

  /// The rows of an image in memory.
  package init(_ image: Image) {
    source = DecodedRows(DecodedImage(image))
    (width, height, format) = (image.width, image.height, image.format)
    rescue = nil
  }

  /// Defects of the file that did not prevent decoding the rows read so far, one phrase each.
  package var warnings: [String] { source.warnings }

  /// The next rows, at most `count` and at least one, as an image.
  ///
  /// - Throws: `ImagingError` if the file cannot be read or is damaged; no more rows can be read then.
  package func next(_ count: Int) throws(ImagingError) -> Image {
    let rows = min(count, height - rowsRead)
    precondition(rows > 0, "row \(rowsRead) of \(height) and \(count) more were asked for")
    var strip = Image(width: width, height: rows, format: format)
    do {
      try read(rows, into: &strip)
    } catch {
      guard let rescue, case .corrupt = error else { throw error }
      source = DecodedRows(try rescue(), from: rowsRead)
      try read(rows, into: &strip)
    }
    rowsRead += rows
    return strip
  }

  private func read(_ rows: Int, into strip: inout Image) throws(ImagingError) {
    var outcome = Result<Void, ImagingError>.success(())
    strip.bytes.withUnsafeMutableBytes { buffer in
      outcome = Result { () throws(ImagingError) in try source.read(rows, into: buffer) }
    }
    try outcome.get()
  }

  private typealias Opened = (source: any RowSource, width: Int, height: Int, format: PixelFormat)

  /// Headers are mostly shorter; files with a longer one are decoded whole.
  private static let headerSize = 1 << 20

  private static func open(
    _ path: String, _ policy: DecodePolicy
  ) throws(ImagingError) -> Opened {
    if path.hasPrefix("/dev/") || path.hasPrefix("/proc/") { return try whole(path, policy) }
    let file = try ImagingError.wrap(OpenFile(path))
    let start = try ImagingError.wrap(file.bytes(at: 0, count: headerSize))
    if Codec(signatureOf: start) == .tiff {
      let rows = try Codec.tiff.naming(path) { () throws(CodecFault) in
        try TIFFRows(file, page: policy.page)
      }
      try ImageFile.check(
        rows.header, of: .tiff, byteCount: file.size, name: path, policy: policy)
      guard rows.header.orientation == .upright else { return try whole(path, policy) }
      return (rows, rows.header.width, rows.header.height, rows.header.format)
    }
    let (codec, header): (Codec, StoredHeader)
    do {
      (codec, header) = try ImageFile.header(of: start, name: path)
    } catch {
      guard start.count < file.size else { throw error }
      return try whole(path, policy)
    }
    guard header.isSequential, header.orientation == .upright else {
      return try whole(path, policy)
    }
    try ImageFile.check(header, of: codec, byteCount: file.size, name: path, policy: policy)
    let source: any RowSource =
      codec == .png
      ? try PNGRows(file, header.format)
      : try JPEGRows(file, header.format, acceptsTruncated: policy.acceptsTruncated)
    return (source, header.width, header.height, header.format)
  }

  private static func whole(
    _ path: String, _ policy: DecodePolicy
  ) throws(ImagingError) -> Opened {
    let decoded = try ImageFile.read(path, policy: asStored(policy))
    return (
      DecodedRows(decoded), decoded.image.width, decoded.image.height, decoded.image.format
    )
  }

  /// The policy at full size, without a conversion.
  private static func asStored(_ policy: DecodePolicy) -> DecodePolicy {
    var policy = policy
    policy.format = nil
    (policy.neededLongerSide, policy.maximumLongerSide) = (nil, nil)
    return policy
  }
}

/// A decoder of one format's rows.
protocol RowSource: AnyObject {
  /// Defects of the file that did not prevent decoding, one phrase each.
  var warnings: [String] { get }
  /// Fills a buffer with the next `count` rows, of which there are that many.
  func read(_ count: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ImagingError)
}

/// The rows of an image that was decoded whole.
private final class DecodedRows: RowSource {
  private let bytes: [UInt8]
  private var place: Int
  let warnings: [String]

  init(_ decoded: DecodedImage, from row: Int = 0) {
    bytes = decoded.image.bytes
    place = row * decoded.image.width * decoded.image.format.bytesPerPixel
    warnings = decoded.warnings
  }

  func read(_ count: Int, into buffer: UnsafeMutableRawBufferPointer) {
    bytes.withUnsafeBytes {
      buffer.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: $0[place..<place + buffer.count]))
    }
    place += buffer.count
  }
}
