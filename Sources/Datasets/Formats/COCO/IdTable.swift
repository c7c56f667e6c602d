/// Maps unique ids to their indices.
package struct IdTable: Sendable {
  /// The index of id `smallest + i` at position i, or -1; empty if the ids are too sparse.
  private let dense: [Int32]
  private let smallest: Int
  private let sparse: [Int: Int32]

  /// The maximum number of entries of the dense table, 16 MB.
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

  /// The index of an id; nil if the id is unknown.
  package subscript(id: Int) -> Int? {
    guard !dense.isEmpty else { return sparse[id].map(Int.init) }
    let place = id.subtractingReportingOverflow(smallest)
    guard !place.overflow, dense.indices.contains(place.partialValue) else { return nil }
    let index = dense[place.partialValue]
    return index < 0 ? nil : Int(index)
  }
}
