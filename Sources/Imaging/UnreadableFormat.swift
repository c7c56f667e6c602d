import Basics

/// An image file format that is recognized by its file extension but cannot be read.
package struct UnreadableFormat: Hashable, Sendable {
  /// The name: "WebP".
  package let name: String
  /// The file extensions, lowercase without the dot.
  let fileExtensions: [String]

  /// All recognized formats, in the order of messages.
  package static let all = [
    UnreadableFormat(name: "WebP", fileExtensions: ["webp"]),
    UnreadableFormat(name: "GIF", fileExtensions: ["gif"]),
    UnreadableFormat(name: "HEIC", fileExtensions: ["heic", "heif", "hif"]),
    UnreadableFormat(name: "AVIF", fileExtensions: ["avif"]),
    UnreadableFormat(name: "JPEG 2000", fileExtensions: ["jp2", "j2k", "jpx", "jpf", "j2c"]),
    UnreadableFormat(name: "JPEG XL", fileExtensions: ["jxl"]),
    UnreadableFormat(
      name: "camera raw", fileExtensions: ["dng", "cr2", "cr3", "nef", "arw", "orf", "rw2", "raf"]),
    UnreadableFormat(name: "DICOM", fileExtensions: ["dcm"]),
    UnreadableFormat(name: "OpenEXR", fileExtensions: ["exr"]),
  ]

  private static let byExtension = Dictionary(
    all.flatMap { format in format.fileExtensions.map { ($0, format) } },
    uniquingKeysWith: { first, _ in first })

}

extension UnreadableFormat {
  /// The format of a path's file extension, ignoring case; nil for formats that can be read and for
  /// files that are not images.
  package init?(path: String) {
    guard let format = Self.byExtension[FilePath.ending(path)] else { return nil }
    self = format
  }

  /// Counts files by format for a message: "2 WebP (a.webp and 1 more), 1 GIF (b.gif)"; nil if none
  /// of the paths has an unreadable format.
  package static func summary(_ paths: some Sequence<String>) -> String? {
    var found: [String: [String]] = [:]
    for path in paths {
      if let format = UnreadableFormat(path: path) { found[format.name, default: []].append(path) }
    }
    let parts = all.compactMap { format in
      found[format.name].map { paths in
        let more = paths.count > 1 ? " and \(paths.count - 1) more" : ""
        return "\(paths.count) \(format.name) (\(FilePath.name(paths[0]))\(more))"
      }
    }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}
