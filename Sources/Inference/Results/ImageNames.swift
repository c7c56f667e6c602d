import Basics
import Datasets

/// Finds images by the names in result files: path, file name, or stem.
struct ImageNames: Sendable {
  /// Indices by path, name and stem; -1 for an ambiguous name.
  private let places: [String: Int]

  init(_ images: [GroundTruth.ImageEntry]) {
    var places: [String: Int] = [:]
    for (index, image) in images.enumerated() {
      let name = FilePath.name(image.name)
      let stem = FilePath.stem(name)
      // Tools that write integer ids write 12 for 000012.jpg.
      let number = Int(stem).map(String.init) ?? stem
      for spelling in Set([image.name, name, stem, number]) {
        places[spelling] = places[spelling] == nil ? index : -1
      }
    }
    // A full path is never ambiguous, even if it is also the name of other images.
    for (index, image) in images.enumerated() where image.name.contains("/") {
      places[image.name] = index
    }
    self.places = places
  }

  /// Whether a name is that of several images.
  func isAmbiguous(_ name: String) -> Bool {
    let last = FilePath.name(name)
    return (places[name] ?? places[last] ?? places[FilePath.stem(last)]) == -1
  }

  /// The index of the image with a name: by exact match, else by file name, else by stem; nil if
  /// unknown or ambiguous.
  subscript(name: String) -> Int? {
    if let exact = places[name] { return exact < 0 ? nil : exact }
    let last = FilePath.name(name)
    let place = places[last] ?? places[FilePath.stem(last)] ?? -1
    return place < 0 ? nil : place
  }
}
