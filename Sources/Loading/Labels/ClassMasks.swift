import Imaging

/// The class of each pixel of a batch's images, for semantic segmentation.
///
/// 0 is the background, 1 the class of index 0 and so on; 255 is ignored: pixels that the mask's file
/// marks so, pixels outside of images and erased ones. One byte per pixel holds up to 254 classes.
package struct ClassMasks: Hashable, Sendable {
  package static let background: UInt8 = 0
  package static let ignored: UInt8 = 255
  package static let maximumClasses = 254

  /// The value of a class's pixels.
  static func number(ofClass index: Int) -> UInt8 {
    precondition((0..<maximumClasses).contains(index), "masks have no value for class \(index)")
    return UInt8(index + 1)
  }

  package let count: Int
  package let height: Int
  package let width: Int
  /// n x h x w: image after image, row after row.
  package let values: [UInt8]

  /// Joins masks of one size, at least one.
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
  /// Objects of both are targets, as with boxes: a class takes precedence over ignored pixels, and
  /// these over the background; of two classes, that of the image with the larger weight is kept.
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
