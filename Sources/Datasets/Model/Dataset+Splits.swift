/// Names of dataset splits and their synonyms.
package enum SplitName {
  /// The synonyms of each split; the canonical name is first.
  private static let synonyms = [["train", "training"], ["val", "valid", "validation"], ["test"]]

  /// The canonical name of a split, such as `val` for `valid`; other names are unchanged.
  package static func canonical(_ name: String) -> String { spellings(name)[0] }

  /// All spellings of a split, the canonical one first.
  static func spellings(_ name: String) -> [String] {
    synonyms.first { $0.contains(name.lowercased()) } ?? [name]
  }

  /// The canonical names, `train`, `val` and `test`.
  static var usual: [String] { synonyms.map { $0[0] } }

  /// The canonical name of a split; nil for a nonstandard split.
  static func usualName(_ name: String) -> String? { usual.first { $0 == canonical(name) } }

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
}

extension Dataset {
  /// The same splits with one common class list.
  static func joined(_ splits: [Dataset]) -> [Dataset] {
    guard let first = splits.first else { return [] }
    let classes = ClassTable(splits.flatMap(\.classNames))
    return splits.map { split in
      var joined = split
      joined.classNames = classes.names
      let indices = split.classNames.map { classes[$0] ?? 0 }
      if indices != Array(indices.indices) {
        for sample in joined.samples.indices {
          joined.samples[sample].imageClass = joined.samples[sample].imageClass.map { indices[$0] }
          for place in joined.samples[sample].annotations.indices {
            let old = joined.samples[sample].annotations[place].classIndex
            joined.samples[sample].annotations[place].classIndex = indices[old]
          }
        }
      }
      if split.classNames != first.classNames {
        joined.issues.report(
          .classOrder, split.path,
          "the splits \"\(first.split)\" and \"\(split.split)\" list different classes, or the same "
            + "in another order; they are matched by name.")
      }
      return joined
    }
  }
}
