import Foundation

/// Names of dataset splits and their synonyms.
package enum SplitName {
  /// The synonyms of each split; the canonical name is first.
  private static let synonyms = [["train", "training"], ["val", "valid", "validation"], ["test"]]
  /// The name that CVAT gives to the only subset of a task; it is `train` if there is no other.
  static let unnamed = "default"

  /// The canonical name of a split, such as `val` for `valid` and `Validation`; other names are
  /// unchanged.
  package static func canonical(_ name: String) -> String { usualName(name) ?? name }

  /// All spellings of a split as folder and file names, the canonical one first.
  static func spellings(_ name: String) -> [String] {
    guard let names = synonyms.first(where: { $0.contains(name.lowercased()) }) else {
      return [name]
    }
    return names + names.map(\.capitalized) + names.map { $0.uppercased() }
  }

  /// The canonical names, `train`, `val` and `test`.
  static var usual: [String] { synonyms.map { $0[0] } }

  /// Whether a name is that of a standard split in any spelling, or `default`.
  static func isSplit(_ name: String) -> Bool { usualName(name) != nil || name == unnamed }

  /// The canonical name of a split; nil for a nonstandard split.
  static func usualName(_ name: some StringProtocol) -> String? {
    let name = name.lowercased()
    return synonyms.first { $0.contains(name) }?[0]
  }

  /// Sorts split names: `train`, `val`, `test`, then others by name.
  static func sorted(_ names: some Sequence<String>) -> [String] {
    let names = Set(names)
    return usual.filter(names.contains) + names.subtracting(usual).sorted()
  }

  /// For each standard split, the first value that one of its spellings yields, if any.
  static func values<Value>(_ value: (_ spelling: String) -> Value?) -> [String: Value] {
    var values: [String: Value] = [:]
    for split in usual { values[split] = spellings(split).lazy.compactMap(value).first }
    return values
  }

  /// Values by canonical split name. Of several spellings of a split, the first one is kept;
  /// `default` is `train` if there is no other `train`.
  static func canonical<Value>(_ values: [(name: String, value: Value)]) -> [String: Value] {
    var found = Dictionary(values.map { (canonical($0.name), $0.value) }) { first, _ in first }
    if found["train"] == nil, let value = found.removeValue(forKey: unnamed) {
      found["train"] = value
    }
    return found
  }
}
