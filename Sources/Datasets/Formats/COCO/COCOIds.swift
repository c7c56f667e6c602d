import Basics

/// Assigns the ids with which entries of a COCO list are written: those of the source, and new ones
/// where it has none or the same one again.
struct COCOIds {
  /// All ids of the source.
  private let known: Set<ItemId>
  private var used: Set<ItemId> = []
  private var next: Int
  /// The number of ids of the source that were replaced, because they occurred before.
  private(set) var changedCount = 0

  init(_ ids: some Sequence<ItemId?>) {
    known = Set(ids.lazy.compactMap(\.self))
    var largest = 0
    for case .number(let number) in known { largest = max(largest, number) }
    // New ids count from 1 or, where there are others, from the largest.
    next = largest < Int.max >> 1 ? largest + 1 : 1
  }

  /// The id of the next entry, whose id in the source is `id`.
  mutating func take(_ id: ItemId?) -> ItemId {
    if let id {
      if used.insert(id).inserted { return id }
      changedCount += 1
    }
    while known.contains(.number(next)) { next += 1 }
    defer { next += 1 }
    return .number(next)
  }

  /// The ids of the classes; counted from 1 unless the source has an id for each.
  static func categories(_ ids: [ItemId?], count: Int) -> [ItemId] {
    let known = ids.compactMap(\.self)
    guard known.count == count, Set(known).count == count else {
      return (1..<count + 1).map { .number($0) }
    }
    return known
  }
}
