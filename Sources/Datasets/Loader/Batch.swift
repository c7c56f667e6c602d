import Engine
import Imaging

/// Images drawn for a network's input, with what is labeled in them.
public struct Batch: Sendable {
  /// The epoch, from 0.
  public let epoch: Int
  /// The place in the epoch, from 0.
  public let index: Int
  /// 8-bit RGB, all of one size, before normalization.
  public let images: [Image]
  /// The objects of each image, in pixels of the input; crowds are not among them.
  public let annotations: [[Annotation]]
  /// The crowd regions of each image, in pixels of the input: neither targets nor background.
  public let ignoredRegions: [[Box]]
  /// The class of each pixel of each image; nil where the configuration asks for none.
  public let masks: ClassMasks?
  /// Which sample each image shows; that of its first tile for a mosaic.
  public let sampleIndices: [Int]
  /// The images that should have been a part of these and cannot be decoded, in the order in which
  /// they were met; what was shown instead is in `sampleIndices`.
  public let issues: [DatasetIssue]
  /// What turns the images' samples into the network's input.
  public let normalization: Normalization

  /// The extent of the network's input: n images of h rows, w columns and the channels red, green,
  /// blue.
  public var shape: Shape {
    Shape(n: images.count, h: images[0].height, w: images[0].width, c: 3)
  }

  /// The network's input, made anew at each call.
  public var tensor: Tensor {
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
public struct BatchPlan: Hashable, Sendable {
  /// The width of the network's input, in pixels.
  public var width: Int
  /// The height of the network's input, in pixels.
  public var height: Int
  /// How images are varied; nil fits them as detection does, with a letterbox.
  public var augmentation: AugmentationConfig?

  /// Makes a plan.
  public init(width: Int, height: Int, augmentation: AugmentationConfig?) {
    precondition(width > 0 && height > 0, "no input has \(width)x\(height) pixels")
    self.width = width
    self.height = height
    self.augmentation = augmentation
    augmentation?.check()
  }
}
