import Basics

/// A detected object: box, class, score.
public struct Detection: Hashable, Sendable {
  /// The bounding box, in pixels of the original image.
  public var box: Box
  /// An index into the model's list of class names.
  public var classIndex: Int
  /// The confidence, 0...1.
  public var score: Float

  /// Makes a detection.
  public init(box: Box, classIndex: Int, score: Float) {
    self.box = box
    self.classIndex = classIndex
    self.score = score
  }
}

extension Detection: CustomStringConvertible {
  /// "class 3, score 0.87, box (x1, y1, x2, y2)".
  public var description: String {
    "class \(classIndex), score \(NumberFormat.fixed(Double(score), 2)), box \(box)"
  }
}
