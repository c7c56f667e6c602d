import Basics
import Imaging

/// How much of a dataset is read, and for what.
public struct DatasetReading {
  /// Whether polygons and masks are read, besides boxes.
  public var segmentations: Bool
  /// Whether the dataset is validated, rather than used.
  ///
  /// A label that cannot be understood ends the reading of a dataset that is to be used, so that
  /// nobody trains without some of their labels. One that is validated has it among its issues,
  /// and images without labels and classes without objects, too.
  public var validates: Bool
  /// Whether images are located and their headers read. If not, sizes are those that the label
  /// files state or, where they state none, 0 by 0, and boxes given in fractions stay so.
  public var measuresImages: Bool
  /// Whether boxes are clipped to their images; if not, they stay as the label files have them.
  public var clipsBoxes: Bool
  /// What images and label files are read on.
  public var runner: any ParallelExecutor
  /// Where sizes of images are looked up, and may be stored between runs.
  public var images: ImageIndex

  /// Makes options; the defaults are those of training.
  public init(
    segmentations: Bool = false, validates: Bool = false, measuresImages: Bool = true,
    clipsBoxes: Bool = true, runner: any ParallelExecutor = .serial,
    images: ImageIndex = ImageIndex()
  ) {
    self.segmentations = segmentations
    self.validates = validates
    self.measuresImages = measuresImages
    self.clipsBoxes = clipsBoxes
    self.runner = runner
    self.images = images
  }
}
