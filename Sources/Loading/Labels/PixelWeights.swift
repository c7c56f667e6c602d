/// The weight of each pixel of a batch in the loss.
package struct PixelWeights: Hashable, Sendable {
  package let count: Int
  package let height: Int
  package let width: Int
  /// The weights, in the order n, h, w.
  package let values: [Float]

  /// Joins the weights of one or more images of the same size.
  package init(_ images: [[Float]], height: Int, width: Int) {
    precondition(
      !images.isEmpty && images.allSatisfy { $0.count == height * width },
      "there is one weight per pixel")
    (count, self.height, self.width) = (images.count, height, width)
    values = Array(images.joined())
  }
}

/// How the pixels of segmented images are weighted.
public enum WeightMap: String, CaseIterable, Sendable {
  /// All alike.
  case none
  /// The background between close objects weighs more.
  case borders
  /// The same, and each class weighs inversely to its number of pixels.
  case balanced
}
