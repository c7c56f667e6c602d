import Imaging

/// An image on disk with what is labeled in it.
package struct Sample: Hashable, Sendable {
  /// The image's file.
  package var imagePath: String
  /// The width of the upright image (after its EXIF orientation), in pixels.
  package var imageWidth: Int
  /// The height of the upright image (after its EXIF orientation), in pixels.
  package var imageHeight: Int
  /// What is labeled, in pixels of the upright image; none for a background image.
  package var annotations: [Annotation]
  /// The class of the image as a whole, where it is labeled so (a folder for each class).
  package var imageClass: Int?
  /// The file of the image's mask, where it is labeled so (folders of images and masks).
  package var maskPath: String?
  /// For each class that the numbers of the mask's file count, its index among the dataset's classes,
  /// nil for one that was not asked for; nil where they are the same.
  package var maskClassIndices: [Int?]?

  /// Makes a sample.
  package init(imagePath: String, imageWidth: Int, imageHeight: Int, annotations: [Annotation]) {
    self.imagePath = imagePath
    self.imageWidth = imageWidth
    self.imageHeight = imageHeight
    self.annotations = annotations
  }
}
