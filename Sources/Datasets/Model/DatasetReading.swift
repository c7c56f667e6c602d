import Basics
import Imaging

/// Options for reading a dataset.
public struct DatasetReading {
  /// Whether polygons and masks are read in addition to boxes.
  public var segmentations: Bool
  /// Whether the dataset is read for validation rather than for training or evaluation.
  ///
  /// If false, a malformed label throws an error, so that no label is dropped silently. If true, it
  /// is reported as an issue, as are images without labels and classes without objects.
  public var validates: Bool
  /// Whether malformed labels are skipped and reported instead of throwing an error. An image
  /// without any valid label is then left out: it would count as background.
  public var skipsInvalid: Bool
  /// Whether images are located and their headers read. If not, sizes are those stated in the label
  /// files, else 0 x 0, and boxes given as fractions stay fractions.
  public var measuresImages: Bool
  /// Whether images that do not exist or cannot be read are kept with their labels, which an
  /// evaluation counts as missed. Their size is the stated one, else `assumedSize`.
  package var keepsUnreadableImages = false
  /// The width and height in pixels of an image whose size cannot be found.
  package static let assumedSize = 640
  /// What the requested classes are, in messages.
  package var classesAre = "requested classes"
  /// Whether a folder that holds masks beside labels of another format is read as a dataset of masks,
  /// as segmentation needs it.
  package var prefersMasks = false
  /// Whether boxes are clipped to their images; if not, they keep the label files' coordinates.
  public var clipsBoxes: Bool
  /// Whether ids are kept, and members that are not read are counted, for conversion.
  package var keepsSources = false
  /// Whether LVIS's labels per image are read, for evaluation by its rules.
  package var readsFederation = false
  /// The executor that reads images and label files.
  public var runner: any ParallelExecutor
  /// The cache of image sizes, which may be stored between runs.
  public var images: ImageIndex

  /// Makes options; the defaults are for training.
  public init(
    segmentations: Bool = false, validates: Bool = false, skipsInvalid: Bool = false,
    measuresImages: Bool = true, clipsBoxes: Bool = true, runner: any ParallelExecutor = .serial,
    images: ImageIndex = ImageIndex()
  ) {
    self.segmentations = segmentations
    self.validates = validates
    self.skipsInvalid = skipsInvalid
    self.measuresImages = measuresImages
    self.clipsBoxes = clipsBoxes
    self.runner = runner
    self.images = images
  }
}
