import Basics
import Imaging

/// How much of a dataset is read, and for what.
package struct DatasetReading {
  /// Whether polygons and masks are read, besides boxes.
  package var segmentations: Bool
  /// Whether the dataset is looked over, rather than used.
  ///
  /// A label that cannot be understood ends the reading of a dataset that is to be used, so that
  /// nobody trains without some of their labels. One that is looked over has it among its problems,
  /// and images without labels and classes without objects, too.
  package var surveys: Bool
  /// Whether images are looked for and their headers read. If not, sizes are those that the label
  /// files state or, where they state none, 0 by 0, and boxes given in fractions stay so.
  package var measuresImages: Bool
  /// Whether boxes are cut to their images; if not, they stay as the label files have them.
  package var cutsBoxes: Bool
  /// What images and label files are read on.
  package var runner: any ParallelExecutor
  /// Where sizes of images are looked up, and may be kept from run to run.
  package var images: ImageIndex

  /// Makes options; the defaults are those of training.
  package init(
    segmentations: Bool = false, surveys: Bool = false, measuresImages: Bool = true,
    cutsBoxes: Bool = true, runner: any ParallelExecutor = .serial,
    images: ImageIndex = ImageIndex()
  ) {
    self.segmentations = segmentations
    self.surveys = surveys
    self.measuresImages = measuresImages
    self.cutsBoxes = cutsBoxes
    self.runner = runner
    self.images = images
  }
}
