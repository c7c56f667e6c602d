import Datasets
import Imaging

/// The class of each pixel of a batch's images, for semantic segmentation.
///
/// 0 is the background, and class index i has the value i + 1. 255 is ignored: pixels that the mask
/// file marks so, pixels outside of images and erased pixels. One byte per pixel allows 254
/// classes.
package struct ClassMasks: Hashable, Sendable {
  package static let background = ClassMaskFile.background
  package static let ignored = ClassMaskFile.ignored
  package static let maximumClasses = 254

  /// The pixel value of a class index.
  static func number(ofClass index: Int) -> UInt8 {
    precondition((0..<maximumClasses).contains(index), "masks have no value for class \(index)")
    return UInt8(index + 1)
  }

  package let count: Int
  package let height: Int
  package let width: Int
  /// The pixel values, in the order n, h, w.
  package let values: [UInt8]

  /// Joins one or more masks of the same size.
  package init(_ masks: [Image]) {
    precondition(
      masks.allSatisfy {
        $0.format == .gray8 && $0.width == masks[0].width && $0.height == masks[0].height
      }, "masks of a batch have one size")
    count = masks.count
    height = masks[0].height
    width = masks[0].width
    values = masks.flatMap(\.bytes)
  }

  /// The mask of two blended images.
  ///
  /// Objects of both images are targets, as with boxes: classes take precedence over ignored
  /// pixels, and ignored pixels over the background. Of two classes, the one of the image with the
  /// larger weight is kept.
  static func blended(_ first: Image, _ second: Image, showsMoreOfFirst: Bool) -> Image {
    var result = first
    for (place, other) in second.bytes.enumerated() {
      let own = first.bytes[place]
      let (ranks, others) = (rank(own), rank(other))
      if others > ranks || others == ranks && !showsMoreOfFirst { result.bytes[place] = other }
    }
    return result
  }

  private static func rank(_ number: UInt8) -> Int {
    switch number {
    case background: 0
    case ignored: 1
    default: 2
    }
  }
}
