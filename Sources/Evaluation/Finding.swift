import Imaging

/// Something that a detector reports, as COCO's result files write it: corner, size and score.
public struct Finding: Hashable, Sendable {
  /// The left edge, in pixels of the original image.
  public var x: Double
  /// The top edge, in pixels of the original image.
  public var y: Double
  /// The horizontal extent, in pixels.
  public var width: Double
  /// The vertical extent, in pixels.
  public var height: Double
  /// How sure the detector is; any finite scale, larger is surer.
  public var score: Double
  /// The class, an index into the list of class names.
  public var classIndex: Int

  /// The area that places the finding among small, medium and large, in square pixels.
  public var area: Double { width * height }

  /// Makes a finding.
  public init(
    x: Double, y: Double, width: Double, height: Double, score: Double, classIndex: Int
  ) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
    self.score = score
    self.classIndex = classIndex
  }

  /// Makes a finding from a detection.
  public init(_ detection: Detection) {
    let box = detection.box
    self.init(
      x: box.x1, y: box.y1, width: box.width, height: box.height,
      score: Double(detection.score), classIndex: detection.classIndex)
  }
}
