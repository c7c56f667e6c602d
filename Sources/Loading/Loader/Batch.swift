import Datasets
import Engine
import Imaging

/// Images drawn for a network's input, with what is labeled in them.
package struct Batch: Sendable {
  /// The epoch, from 0.
  package let epoch: Int
  /// The place in the epoch, from 0.
  package let index: Int
  /// 8-bit RGB, all of one size, before normalization.
  package let images: [Image]
  /// The objects of each image, in pixels of the input; crowds are not among them.
  package let annotations: [[Annotation]]
  /// The crowd regions of each image, in pixels of the input: neither targets nor background.
  package let ignoredRegions: [[Box]]
  /// The class of each pixel of each image; nil where the configuration asks for none.
  package let masks: ClassMasks?
  /// Which sample each image shows; that of its first tile for a mosaic.
  package let sampleIndices: [Int]
  /// The images that should have been a part of these and cannot be decoded, in the order in which
  /// they were met; what was shown instead is in `sampleIndices`.
  package let issues: [DatasetIssue]
  /// What turns the images' samples into the network's input.
  package let normalization: Normalization

  /// The extent of the network's input: n images of h rows, w columns and the channels red, green,
  /// blue.
  package var shape: Shape {
    Shape(n: images.count, h: images[0].height, w: images[0].width, c: 3)
  }

  /// The network's input, made anew at each call.
  package var tensor: Tensor {
    var tensor = Tensor(shape: shape)
    let size = shape.count / shape.n
    tensor.values.withUnsafeMutableBufferPointer { values in
      for (place, image) in images.enumerated() {
        normalization.fill(
          image,
          into: UnsafeMutableBufferPointer(rebasing: values[place * size..<(place + 1) * size]))
      }
    }
    return tensor
  }
}

/// How the images of one batch are made.
package struct BatchPlan: Hashable, Sendable {
  /// The width of the network's input, in pixels.
  package var width: Int
  /// The height of the network's input, in pixels.
  package var height: Int
  /// How images are varied; nil fits them as detection does, with a letterbox.
  package var augmentation: AugmentationConfig?

  /// Makes a plan.
  package init(width: Int, height: Int, augmentation: AugmentationConfig?) {
    precondition(width > 0 && height > 0, "no input has \(width)x\(height) pixels")
    self.width = width
    self.height = height
    self.augmentation = augmentation
    augmentation?.checkRanges()
  }
}
