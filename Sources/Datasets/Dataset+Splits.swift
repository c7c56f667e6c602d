extension Dataset {
  /// Opens several splits of a dataset, with one list of classes for all of them.
  ///
  /// Splits may list their classes in different orders, or not all of them: they are joined by
  /// name, in the order of the first split, and that they differ is a problem.
  ///
  /// - Parameters:
  ///   - path: As for `open`.
  ///   - splits: Which ones, in this order; if nil, `train`, `val` and `test` as far as there are
  ///     any, or else all.
  ///   - format: As for `open`.
  ///   - reading: As for `open`.
  /// - Throws: `DatasetsError`, as `open` does.
  package static func openAll(
    path: String, splits: [String]? = nil, format: DatasetFormat? = nil,
    reading: DatasetReading = DatasetReading()
  ) throws(DatasetsError) -> [Dataset] {
    let format = if let format { format } else { try DatasetFormat.sniff(path) }
    var names = if let splits { splits } else { try usualSplits(path: path, format: format) }
    var seen: Set<String> = []
    names.removeAll { !seen.insert(SplitName.canonical($0)).inserted }
    var opened: [Dataset] = []
    for name in names {
      opened.append(try open(path: path, split: name, format: format, reading: reading))
    }
    return joined(opened)
  }

  private static func usualSplits(
    path: String, format: DatasetFormat
  ) throws(DatasetsError) -> [String] {
    let all = try splits(path: path, format: format)
    let usual = all.filter { SplitName.usual.contains($0) }
    return usual.isEmpty ? all : usual
  }

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
