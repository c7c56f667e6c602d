/// The names that people give to the parts of a dataset.
package enum SplitName {
  /// Names that mean the same, the one used here first.
  private static let synonyms = [["train", "training"], ["val", "valid", "validation"], ["test"]]

  /// The name used here for a split: `val` for `valid`; others stay as they are.
  package static func canonical(_ name: String) -> String {
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

extension Dataset {
  /// The same splits with the classes of all.
  static func joined(_ splits: [Dataset]) -> [Dataset] {
    guard let first = splits.first else { return [] }
    var names = first.classNames
    var places = Dictionary(
      uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })
    for split in splits {
      for name in split.classNames where places[name] == nil {
        places[name] = names.count
        names.append(name)
      }
    }
    return splits.map { split in
      let indices = split.classNames.map { places[$0] ?? 0 }
      var samples = split.samples
      var issues = split.issues
      if indices != Array(indices.indices) {
        for sample in samples.indices {
          samples[sample].imageClass = samples[sample].imageClass.map { indices[$0] }
          for place in samples[sample].annotations.indices {
            let old = samples[sample].annotations[place].classIndex
            samples[sample].annotations[place].classIndex = indices[old]
          }
        }
      }
      if split.classNames != first.classNames {
        issues.append(
          DatasetIssue(
            kind: .classOrder, file: split.path,
            message: "the split \"\(split.split)\" lists its classes otherwise than "
              + "\"\(first.split)\" does; they are joined by name."))
      }
      return Dataset(
        path: split.path, format: split.format, split: split.split, classNames: names,
        samples: samples, issues: issues)
    }
  }
}
