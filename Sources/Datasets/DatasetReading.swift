import Imaging

/// How much of a data set is read, and how strictly.
public struct DatasetReading: Sendable {
  /// Whether polygons and masks are read, besides boxes.
  public var outlines: Bool
  /// Whether label text that cannot be understood is a problem like others, the rest being read;
  /// if not, it ends the reading, so that nobody trains without some of their labels.
  public var toleratesMalformedLabels: Bool
  /// Whether pictures are looked for and their headers read. If not, sizes are those that the label
  /// files state or, where they state none, 1 by 1 for boxes given in fractions.
  public var measuresPictures: Bool
  /// What pictures and label files are read on.
  public var runner: TaskRunner

  /// Makes options; the defaults are those of training.
  public init(
    outlines: Bool = false, toleratesMalformedLabels: Bool = false, measuresPictures: Bool = true,
    runner: TaskRunner = .serial
  ) {
    self.outlines = outlines
    self.toleratesMalformedLabels = toleratesMalformedLabels
    self.measuresPictures = measuresPictures
    self.runner = runner
  }
}
