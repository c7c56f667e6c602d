/// Which pixels of an image an object has: finer than its box.
package indirect enum Segmentation: Hashable, Sendable {
  /// Polygons, each a list x, y, x, y ... in pixels of the original image, continuous; what lies in
  /// any of them belongs to the object.
  case polygons([[Double]])
  /// Runs of pixels of the original image.
  case mask(RunLengthMask)

  /// The pixels in an image of the given size, as COCO counts them.
  ///
  /// Throws `ImagingError.invalidMask` for polygons that are none, and for a mask of another size.
  package func mask(width: Int, height: Int) throws(ImagingError) -> RunLengthMask {
    switch self {
    case .polygons(let polygons):
      return try RunLengthMask(width: width, height: height, polygons: polygons)
    case .mask(let mask):
      guard mask.width == width, mask.height == height else {
        throw .invalidMask(
          width: width, height: height,
          reason: "the mask was made for \(mask.width)x\(mask.height) pixels")
      }
      return mask
    }
  }
}
