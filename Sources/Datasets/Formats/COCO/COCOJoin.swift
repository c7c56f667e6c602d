import Basics
import Imaging

/// COCO's lists, joined by id. Of entries with the same id, the first is used.
package struct COCOJoin {
  /// Sorted by id, ascending.
  package let images: [COCOFile.Image]
  /// Sorted by id, ascending.
  package let categories: [COCOFile.Category]
  /// Map ids to indices into `images` and `categories`.
  package let imageIndices: IdTable
  package let categoryIndices: IdTable
  /// Entries whose id occurred before.
  package private(set) var repeated: [(list: String, id: ItemId, offset: Int)] = []

  package init(_ file: COCOFile) {
    images = Self.unique(file.images, "image", \.id, \.offset, &repeated)
    categories = Self.unique(file.categories, "category", \.id, \.offset, &repeated)
    _ = Self.unique(
      file.rows.compactMap { row in row.id.map { (id: $0, offset: row.offset) } }, "annotation",
      \.id, \.offset, &repeated)
    imageIndices = IdTable(images.map(\.id))
    categoryIndices = IdTable(categories.map(\.id))
  }

  /// The elements sorted by id, ascending, each id once.
  private static func unique<Element>(
    _ elements: [Element], _ list: String, _ id: (Element) -> ItemId, _ offset: (Element) -> Int,
    _ repeated: inout [(list: String, id: ItemId, offset: Int)]
  ) -> [Element] {
    let isSorted = zip(elements, elements.dropFirst()).allSatisfy { id($0) < id($1) }
    if isSorted { return elements }
    var result: [Element] = []
    result.reserveCapacity(elements.count)
    // The sort is stable: equal ids keep their order.
    for element in elements.sorted(by: { id($0) < id($1) }) {
      if let last = result.last, id(last) == id(element) {
        repeated.append((list, id(element), offset(element)))
      } else {
        result.append(element)
      }
    }
    return result
  }
}
