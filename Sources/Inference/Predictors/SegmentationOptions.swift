import Basics

/// Options of a segmenter: windows, threshold, test-time augmentation.
public struct SegmentationOptions: Hashable, Sendable {
  /// The size of the windows in which large images are processed; nil for the input size of the model.
  ///
  /// Images that fit into a window, and with nil all of up to a million pixels, are processed at once.
  public var window: InputSize?
  /// The part of a window's side that neighboring windows share, 0 to 0.75.
  public var overlap: Double
  /// The probability above which a pixel belongs to a class, 0...1; only for networks whose classes
  /// are independent (sigmoid), as those of one class are.
  public var threshold: Float
  /// Whether the probabilities are averaged over the image and its mirror images (test-time
  /// augmentation), at four times the cost.
  public var augments: Bool
  /// The number of windows per run of the network; results do not depend on it.
  public var batch: Int

  /// Makes options; the defaults are those of `glimpse segment`.
  public init(
    window: InputSize? = nil, overlap: Double = 0.25, threshold: Float = 0.5,
    augments: Bool = false, batch: Int = 1
  ) {
    precondition(batch > 0, "a run of the network has at least one window")
    self.window = window
    self.overlap = overlap
    self.threshold = threshold
    self.augments = augments
    self.batch = batch
  }
}
