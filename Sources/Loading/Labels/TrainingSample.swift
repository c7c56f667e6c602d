import Datasets
import Imaging

/// An image drawn into a network's input, with its labels transformed.
package struct TrainingSample: Hashable, Sendable {
  /// The index of the sample in the image; that of the first tile for a mosaic. It is not the one
  /// asked for where that cannot be decoded.
  package let sampleIndex: Int
  /// The input before normalization: 8-bit RGB.
  package var image: Image
  /// The class of each pixel, see `ClassMasks`; nil where the configuration asks for none.
  var mask: Image?
  var labels: AnnotationClipping
  /// The samples that should have been part of it and cannot be decoded.
  var issues: [DatasetIssue] = []

  /// The training targets, in pixels of `image`.
  package var annotations: [Annotation] { labels.objects.map(\.annotation) }
  /// Crowds, in pixels of `image`: neither targets nor background.
  package var ignoredRegions: [Box] { labels.ignored }

  /// Draws on the mask, where there is one.
  mutating func drawMask(_ draw: (inout Image) -> Void) {
    guard var plane = mask else { return }
    mask = nil  // so that `plane` is the only reference and is not copied
    draw(&plane)
    mask = plane
  }
}
