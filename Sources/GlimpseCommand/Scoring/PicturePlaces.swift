import Foundation

/// Finds the pictures that a truth is about, as people lay them down beside it.
struct PicturePlaces {
  /// Where pictures are looked for, in this order.
  private let folders: [String]

  /// - Parameters:
  ///   - truth: The file or folder that was read.
  ///   - folder: Where the pictures lie, if it was said.
  init(truth: String, folder: String?) {
    if let folder {
      folders = [folder]
      return
    }
    let url = URL(fileURLWithPath: truth)
    let beside = url.deletingLastPathComponent()
    let above = beside.deletingLastPathComponent()
    // COCO's own layout: annotations/instances_val2017.json beside val2017.
    let stem = url.deletingPathExtension().lastPathComponent
    let split = stem.split(separator: "_").last.map(String.init) ?? stem
    folders = [
      beside, beside.appendingPathComponent("images"), beside.appendingPathComponent(split), above,
      above.appendingPathComponent("images"), above.appendingPathComponent(split),
      above.appendingPathComponent("images").appendingPathComponent(split),
    ].map(\.path)
  }

  /// Where a picture lies, or nil.
  func path(of name: String) -> String? {
    let isThere = FileManager.default.fileExists(atPath:)
    if name.hasPrefix("/") || folders.isEmpty { return isThere(name) ? name : nil }
    return folders.map { $0 + "/" + name }.first(where: isThere) ?? (isThere(name) ? name : nil)
  }
}
