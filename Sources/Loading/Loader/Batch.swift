import Basics
import Datasets
import Engine
import Imaging

/// A batch of training images at the network's input size, with their labels.
package struct Batch: Sendable {
  /// The epoch, from 0.
  package let epoch: Int
  /// The position of the batch in the epoch, from 0.
  package let index: Int
  /// The images before normalization, all of the same size: 8-bit RGB or, where images are normalized by
  /// their own statistics, normalized 16-bit samples (see `UnitSamples`).
  package let images: [Image]
  /// The training targets of each image, in pixels of the input; neither crowds nor difficult objects
  /// are among them.
  package let annotations: [[Annotation]]
  /// The crowd regions and difficult objects of each image, in pixels of the input: neither targets
  /// nor background.
  package let ignoredRegions: [[Box]]
  /// The class of each pixel of each image; nil if no masks are configured.
  package let masks: ClassMasks?
  /// The weight of each pixel of each image in the loss; nil if no weights are configured.
  package let pixelWeights: PixelWeights?
  /// The sample index of each image; for a mosaic, that of the first tile.
  package let sampleIndices: [Int]
  /// The issues of images that cannot be decoded, in the order in which they were read;
  /// `sampleIndices` holds their replacements.
  package let issues: [DatasetIssue]
  /// The fixed normalization of `images`.
  package let normalization: Normalization

  /// The shape of the network's input.
  package var shape: Shape {
    Shape(
      n: images.count, h: images[0].height, w: images[0].width, c: images[0].format.channels)
  }
}

/// The input size and the augmentation of one batch.
package struct BatchPlan: Hashable, Sendable {
  /// The size of the network's input. A longer side is completed by the shape of the batch's images.
  package let size: InputSize
  /// The augmentation; nil fits images with a letterbox, as detection does.
  package let augmentation: AugmentationConfig?

  package init(size: InputSize, augmentation: AugmentationConfig?) {
    self.size = size
    self.augmentation = augmentation
    augmentation?.checkRanges()
  }
}
