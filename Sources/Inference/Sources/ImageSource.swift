import Basics
import Datasets

/// An image to predict on.
package struct ImageItem: Hashable, Sendable {
  /// Its position in the source, from 0.
  package let index: Int
  /// As the user spelled it.
  package let path: String
}

/// Images one at a time, so that nothing needs the whole list.
package protocol ImageSource {
  /// The next image; nil at the end.
  mutating func next() throws -> ImageItem?
}

/// Images of a list of paths.
package struct PathSource: ImageSource {
  private let paths: [String]
  private var index = 0

  package init(_ paths: [String]) { self.paths = paths }

  /// The images of a dataset's split, in its order.
  package init(_ data: Dataset) { self.init(data.samples.map(\.imagePath)) }

  package mutating func next() -> ImageItem? {
    guard index < paths.count else { return nil }
    defer { index += 1 }
    return ImageItem(index: index, path: paths[index])
  }
}

/// Inputs or outputs of a prediction run that cannot be used.
package struct InferenceError: ModuleError {
  package let diagnostic: Diagnostic

  package init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}
