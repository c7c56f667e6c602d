/// The names that people give to the parts of a dataset.
enum SplitName {
  /// Names that mean the same, the one used here first.
  private static let synonyms = [["train", "training"], ["val", "valid", "validation"], ["test"]]

  /// The name used here for a split: `val` for `valid`; others stay as they are.
  static func canonical(_ name: String) -> String {
    synonyms.first { $0.contains(name.lowercased()) }?.first ?? name
  }

  /// All names of a split, the canonical one first.
  static func spellings(_ name: String) -> [String] {
    synonyms.first { $0.contains(name.lowercased()) } ?? [name]
  }

  /// The canonical names, `train`, `val` and `test`.
  static var usual: [String] { synonyms.compactMap(\.first) }

  /// Splits in their usual order, others after them by name.
  static func sorted(_ names: Set<String>) -> [String] {
    usual.filter { names.contains($0) } + names.filter { !usual.contains($0) }.sorted()
  }
}
