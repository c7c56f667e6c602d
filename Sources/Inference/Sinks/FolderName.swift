/// Names of classes as names of folders.
enum FolderName {
  /// A name without separators that never starts with a dot.
  static func safe(_ text: String) -> String {
    let name = String(text.map { $0 == "/" || $0 == "\0" ? "_" : $0 })
    return name.isEmpty || name.hasPrefix(".") ? "_" + name : name
  }
}
