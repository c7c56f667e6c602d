import Datasets
import Engine
import Imaging

/// Images of a network's input size, with their labels.
package struct Batch: Sendable {
  /// From 0.
  package let epoch: Int
  /// The position in the epoch, from 0.
  package let index: Int
  /// 8-bit RGB, all of one size, before normalization.
  package let images: [Image]
  /// The training targets of each image, in pixels of the input; crowds are not among them.
  package let annotations: [[Annotation]]
  /// The crowd regions of each image, in pixels of the input: neither targets nor background.
  package let ignoredRegions: [[Box]]
  /// The class of each pixel of each image; nil where the configuration asks for none.
  package let masks: ClassMasks?
  /// The sample of each image; that of the first tile for a mosaic.
  package let sampleIndices: [Int]
  /// The images that cannot be decoded, in the order in which they were read; `sampleIndices` holds
  /// their replacements.
  package let issues: [DatasetIssue]
  package let normalization: Normalization

  /// The shape of the network's input, with the channels red, green, blue.
  package var shape: Shape {
    Shape(n: images.count, h: images[0].height, w: images[0].width, c: 3)
  }
}

/// The size and the augmentation of one batch.
package struct BatchPlan: Hashable, Sendable {
  /// Of the network's input, in pixels.
  package let width: Int
  /// Of the network's input, in pixels.
  package let height: Int
  /// Nil fits images with a letterbox, as detection does.
  package let augmentation: AugmentationConfig?

  package init(width: Int, height: Int, augmentation: AugmentationConfig?) {
    precondition(width > 0 && height > 0, "no input has \(width)x\(height) pixels")
    self.width = width
    self.height = height
    self.augmentation = augmentation
    augmentation?.checkRanges()
  }
}
