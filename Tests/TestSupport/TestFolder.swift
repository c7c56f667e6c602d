import Foundation
import Imaging

/// A folder that lives as long as this object.
package final class TestFolder {
  package let path: String

  package init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("glimpse-datasets-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.resolvingSymlinksInPath().path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  package func path(_ name: String) -> String { path + "/" + name }

  package func write(_ text: String, to name: String) throws {
    try write(Array(text.utf8), to: name)
  }

  package func write(_ bytes: [UInt8], to name: String) throws {
    let url = URL(fileURLWithPath: path(name))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  /// Writes an image of one gray.
  package func writeImage(_ name: String, width: Int = 20, height: Int = 10, gray: UInt8 = 50)
    throws
  {
    try write(
      ImageFile.encode(Image(width: width, height: height, filledWith: gray), as: .png), to: name)
  }
}

/// Where the real datasets lie, beside the package.
package enum SharedData {
  package static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("../shared/data").standardized.path

  package static func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder + "/" + name)
  }

  /// Whether all JPEGs of a folder end with their end marker: tests that look for issues in images
  /// tell nothing about a copy of the data that was cut short.
  package static func hasWholeImages(_ name: String) -> Bool {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + name)) ?? []
    let images = files.filter { $0.hasSuffix(".jpg") }
    return !images.isEmpty
      && images.allSatisfy { file in
        let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)/\(file)") ?? Data()
        return bytes.suffix(2).elementsEqual([0xFF, 0xD9])
      }
  }
}
