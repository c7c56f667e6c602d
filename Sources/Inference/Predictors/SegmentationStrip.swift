import Imaging

/// Some complete rows of a segmented image, from the left edge to the right.
package struct SegmentationStrip: Sendable {
  /// The first row, counted from the top of the image.
  package let firstRow: Int
  /// The rows of the image itself, in its own format.
  package let image: Image
  /// The class of each pixel, row by row: 0 background, k + 1 for class index k.
  package let classes: [UInt8]
  /// The probability of each class at each pixel: rows, pixels, classes, without the background.
  package let probabilities: [Float]
  /// The samples of the image that are shown as black and as white, if they have 16 bits.
  package let displayRange: ClosedRange<Double>

  /// The number of rows.
  package var rowCount: Int { image.height }
}

/// The segmentation of a whole image.
public struct SegmentationMap: Hashable, Sendable {
  /// The class of each pixel of the original image, as 8-bit gray: 0 background, k + 1 for class
  /// index k.
  public let classes: Image
  /// The probability of each class at each pixel: rows, pixels, classes, without the background; nil
  /// unless it was requested.
  public let probabilities: [Float]?
  /// The probability of each pixel's class, row by row, 0 for background; nil unless it was
  /// requested.
  package let confidences: [Float]?

  package init(classes: Image, probabilities: [Float]? = nil, confidences: [Float]? = nil) {
    self.classes = classes
    self.probabilities = probabilities
    self.confidences = confidences
  }
}
