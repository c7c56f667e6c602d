import Basics

/// Maps unique ids to their indices.
///
/// A text that spells a number matches that number, and the reverse, where no id is equal: tools
/// write `"image_id": "7"` for the image with `"id": 7`.
package struct IdTable: Sendable {
  /// The index of id `smallest + i` at position i, or -1; empty if the ids are too sparse.
  private let dense: [Int32]
  private let smallest: Int
  private let sparse: [Int: Int32]
  private let texts: [String: Int32]

  /// The maximum number of entries of the dense table, 16 MB.
  private static let largestTable = 4 << 20

  package init(_ ids: [ItemId]) {
    var numbers: [(id: Int, index: Int32)] = []
    var texts: [String: Int32] = [:]
    for (index, id) in ids.enumerated() {
      switch id {
      case .number(let number): numbers.append((number, Int32(index)))
      case .text(let text): texts[text] = texts[text] ?? Int32(index)
      }
    }
    self.texts = texts
    let smallest = numbers.map(\.id).min() ?? 0
    self.smallest = smallest
    let (span, overflows) = (numbers.map(\.id).max() ?? 0).subtractingReportingOverflow(smallest)
    if !overflows, span < Self.largestTable {
      var table = [Int32](repeating: -1, count: numbers.isEmpty ? 0 : span + 1)
      for (id, index) in numbers { table[id - smallest] = index }
      dense = table
      sparse = [:]
    } else {
      dense = []
      sparse = Dictionary(numbers.map { ($0.id, $0.index) }, uniquingKeysWith: { a, _ in a })
    }
  }

  /// The index of an id; nil if the id is unknown.
  package subscript(id: ItemId) -> Int? {
    switch id {
    case .number(let number): self[number]
    case .text(let text):
      texts[text].map(Int.init) ?? ItemId.number(in: text).flatMap { index(of: $0) }
    }
  }

  /// The index of a number; nil if it is unknown.
  package subscript(number: Int) -> Int? {
    index(of: number) ?? (texts.isEmpty ? nil : texts[String(number)].map(Int.init))
  }

  private func index(of number: Int) -> Int? {
    guard !dense.isEmpty else { return sparse[number].map(Int.init) }
    let place = number.subtractingReportingOverflow(smallest)
    guard !place.overflow, dense.indices.contains(place.partialValue) else { return nil }
    let index = dense[place.partialValue]
    return index < 0 ? nil : Int(index)
  }
}
