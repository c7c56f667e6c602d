/// One thing that a detector found.
package struct Detection: Hashable, Sendable {
  /// Where it is, in pixels of the original image.
  package var box: Box
  /// Its class, an index into the model's list of class names.
  package var classIndex: Int
  /// How sure the model is, 0...1.
  package var score: Float

  /// Makes a detection.
  package init(box: Box, classIndex: Int, score: Float) {
    self.box = box
    self.classIndex = classIndex
    self.score = score
  }
}
