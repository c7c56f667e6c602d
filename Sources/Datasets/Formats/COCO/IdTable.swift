/// Finds the index of an id among a list of different ones.
package struct IdTable: Sendable {
  /// The index of an id, less the smallest one, or -1; empty where the ids lie too far apart.
  private let dense: [Int32]
  private let smallest: Int
  private let sparse: [Int: Int32]

  /// A table of so many entries is worth its memory: 16 MB.
  private static let largestTable = 4 << 20

  package init(_ ids: [Int]) {
    smallest = ids.min() ?? 0
    let (span, overflows) = (ids.max() ?? 0).subtractingReportingOverflow(smallest)
    if !overflows, span < Self.largestTable {
      var table = [Int32](repeating: -1, count: ids.isEmpty ? 0 : span + 1)
      for (index, id) in ids.enumerated() { table[id - smallest] = Int32(index) }
      dense = table
      sparse = [:]
    } else {
      dense = []
      sparse = Dictionary(
        ids.enumerated().map { ($0.element, Int32($0.offset)) }, uniquingKeysWith: { a, _ in a })
    }
  }

  /// The index of an id, or nil where there is none.
  package subscript(id: Int) -> Int? {
    guard !dense.isEmpty else { return sparse[id].map(Int.init) }
    let place = id.subtractingReportingOverflow(smallest)
    guard !place.overflow, dense.indices.contains(place.partialValue) else { return nil }
    let index = dense[place.partialValue]
    return index < 0 ? nil : Int(index)
  }
}
