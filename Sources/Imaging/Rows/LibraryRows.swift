internal import CGlimpseCodecs
import Basics

/// The rows of a PNG without interlacing, through libpng.
final class PNGRows: RowSource {
  private let file: OpenFile
  private let rows: OpaquePointer
  private(set) var warnings: [String] = []

  /// - Parameter format: That of the header.
  init(_ file: OpenFile, _ format: PixelFormat) throws(ImagingError) {
    self.file = file
    var report = gc_report()
    var opened: OpaquePointer?
    let status = gc_png_rows_open(
      file.descriptor, Int32(format.channels), Int32(format.bitDepth), &opened, &report)
    guard Int(status) == GC_OK, let opened else {
      throw report.error(status: status, name: file.path, codec: .png)
    }
    rows = opened
    warnings += [report.warningText].compactMap(\.self)
  }

  deinit { gc_png_rows_close(rows) }

  func read(_ count: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ImagingError) {
    var report = gc_report()
    let status = gc_png_rows_read(
      rows, buffer.assumingMemoryBound(to: UInt8.self).baseAddress, buffer.count, UInt32(count),
      &report)
    guard Int(status) == GC_OK else {
      throw report.error(status: status, name: file.path, codec: .png)
    }
    warnings += [report.warningText].compactMap(\.self)
  }
}

/// The rows of a JPEG of one scan, through libjpeg.
final class JPEGRows: RowSource {
  private let file: OpenFile
  private let rows: OpaquePointer
  private let acceptsTruncated: Bool
  private(set) var warnings: [String] = []

  /// - Parameter format: That of the header.
  init(
    _ file: OpenFile, _ format: PixelFormat, acceptsTruncated: Bool
  ) throws(ImagingError) {
    (self.file, self.acceptsTruncated) = (file, acceptsTruncated)
    var report = gc_report()
    var opened: OpaquePointer?
    let status = gc_jpeg_rows_open(
      file.descriptor, Int32(format.channels), &opened, &report)
    guard Int(status) == GC_OK, let opened else {
      throw report.error(status: status, name: file.path, codec: .jpeg)
    }
    rows = opened
    try take(report)
  }

  deinit { gc_jpeg_rows_close(rows) }

  func read(_ count: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ImagingError) {
    var report = gc_report()
    let status = gc_jpeg_rows_read(
      rows, buffer.assumingMemoryBound(to: UInt8.self).baseAddress, buffer.count, UInt32(count),
      &report)
    guard Int(status) == GC_OK else {
      throw report.error(status: status, name: file.path, codec: .jpeg)
    }
    try take(report)
  }

  /// Keeps the first warning of each kind, and refuses damage unless it is accepted.
  private func take(_ report: gc_report) throws(ImagingError) {
    if let reason = report.damageText, !acceptsTruncated {
      throw report.damage & Int32(GC_ENDS_EARLY) != 0
        ? .endsEarly(name: file.path, codec: .jpeg, reason: reason)
        : .garbled(name: file.path, codec: .jpeg, reason: reason)
    }
    for warning in [report.damageText, report.warningText].compactMap(\.self)
    where !warnings.contains(warning) && warnings.count < 4 {
      warnings.append(warning)
    }
  }
}
