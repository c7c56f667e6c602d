import Basics
import Datasets

/// Finds images by their names in result files: the path, the file's name, or that without its ending.
struct ImageNames: Sendable {
  /// Indices by path, name and stem; -1 for an ambiguous name.
  private let places: [String: Int]

  init(_ images: [GroundTruth.ImageEntry]) {
    var places: [String: Int] = [:]
    for (index, image) in images.enumerated() {
      let name = FilePath.name(image.name)
      let stem = FilePath.stem(name)
      // A writer of whole numbers makes 12 of 000012.jpg.
      let number = Int(stem).map(String.init) ?? stem
      for spelling in Set([image.name, name, stem, number]) {
        places[spelling] = places[spelling] == nil ? index : -1
      }
    }
    // A whole path is never ambiguous, even where it is the name of others.
    for (index, image) in images.enumerated() where image.name.contains("/") {
      places[image.name] = index
    }
    self.places = places
  }

  /// The image of a name: as given, or by its last part, with or without an ending.
  subscript(name: String) -> Int? {
    if let exact = places[name] { return exact < 0 ? nil : exact }
    let last = FilePath.name(name)
    let place = places[last] ?? places[FilePath.stem(last)] ?? -1
    return place < 0 ? nil : place
  }
}
