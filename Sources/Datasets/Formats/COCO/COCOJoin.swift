import Basics
import Imaging

/// COCO's lists joined by their ids, as pycocotools does: of entries with one id the first counts.
package struct COCOJoin {
  /// By ascending id.
  package let images: [COCOFile.Image]
  /// By ascending id.
  package let categories: [COCOFile.Category]
  /// Find the above by their ids.
  package let imageIndices: IdTable
  package let categoryIndices: IdTable
  /// The entries whose id was there before.
  package private(set) var repeated: [(list: String, id: Int, offset: Int)] = []

  package init(_ file: COCOFile) {
    images = Self.unique(file.images, "image", \.id, \.offset, &repeated)
    categories = Self.unique(file.categories, "category", \.id, \.offset, &repeated)
    _ = Self.unique(
      file.rows.compactMap { row in row.id.map { (id: $0, offset: row.offset) } }, "annotation",
      \.id, \.offset, &repeated)
    imageIndices = IdTable(images.map(\.id))
    categoryIndices = IdTable(categories.map(\.id))
  }

  /// The elements by ascending id, each id once.
  private static func unique<Element>(
    _ elements: [Element], _ list: String, _ id: (Element) -> Int, _ offset: (Element) -> Int,
    _ repeated: inout [(list: String, id: Int, offset: Int)]
  ) -> [Element] {
    let isSorted = zip(elements, elements.dropFirst()).allSatisfy { id($0) < id($1) }
    if isSorted { return elements }
    var result: [Element] = []
    result.reserveCapacity(elements.count)
    // The order of equal ids stays.
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
