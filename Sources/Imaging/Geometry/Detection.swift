/// One thing that a detector found.
public struct Detection: Hashable, Sendable {
  /// Where it is, in pixels of the original image.
  public var box: Box
  /// Its class, an index into the model's list of class names.
  public var classIndex: Int
  /// How sure the model is, 0...1.
  public var score: Float

  /// Makes a detection.
  public init(box: Box, classIndex: Int, score: Float) {
    self.box = box
    self.classIndex = classIndex
    self.score = score
  }
}
