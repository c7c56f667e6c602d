import Imaging

/// Which class each pixel of a batch's images has, for networks that label pixels.
///
/// A number is 0 for the ground, 1 for the class of index 0 and so on, or 255 where nothing is known
/// or nothing should be learned: pixels that the mask's file marks so, those outside of images and
/// those that are grayed out. One byte a pixel is enough for 254 classes.
package struct ClassMasks: Hashable, Sendable {
  /// The number of pixels that belong to no class.
  package static let ground: UInt8 = 0
  /// The number of pixels of which nothing is to be learned.
  package static let ignored: UInt8 = 255
  /// The most classes that there may be.
  package static let mostClasses = 254

  /// The number of pixels of a class.
  static func number(ofClass index: Int) -> UInt8 {
    precondition((0..<mostClasses).contains(index), "planes have no number for class \(index)")
    return UInt8(index + 1)
  }

  /// How many images there are.
  package let count: Int
  /// Rows of an image.
  package let height: Int
  /// Pixels of a row.
  package let width: Int
  /// The numbers, n x h x w: image after image, row after row.
  package let values: [UInt8]

  /// Joins planes of one size, at least one.
  init(_ planes: [Image]) {
    precondition(
      planes.allSatisfy {
        $0.format == .gray8 && $0.width == planes[0].width && $0.height == planes[0].height
      }, "planes of a batch have one size")
    count = planes.count
    height = planes[0].height
    width = planes[0].width
    values = planes.flatMap(\.bytes)
  }

  /// What two blended images show.
  ///
  /// Objects of both are learned, as with boxes: a class stands before ignored pixels, and these
  /// before the ground; of two classes the one stays whose image is seen more.
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
    case ground: 0
    case ignored: 1
    default: 2
    }
  }
}
