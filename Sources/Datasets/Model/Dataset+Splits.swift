import Basics

extension Dataset {
  /// The same splits with one common class list.
  static func joined(_ splits: [Dataset]) -> [Dataset] {
    guard let first = splits.first else { return [] }
    let classes = ClassTable(splits.flatMap(\.classNames))
    // Of several ids of one class, that of the first split is kept.
    var ids = [ItemId?](repeating: nil, count: classes.names.count)
    for split in splits {
      for (name, id) in zip(split.classNames, split.classIds) {
        if let index = classes[name] { ids[index] = ids[index] ?? id }
      }
    }
    return splits.map { split in
      var joined = split
      joined.classNames = classes.names
      if splits.contains(where: { !$0.classIds.isEmpty }) { joined.classIds = ids }
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
