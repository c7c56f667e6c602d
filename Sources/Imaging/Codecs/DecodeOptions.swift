/// What a caller wants of a decoded image, and what it puts up with.
package struct DecodeOptions: Hashable, Sendable {
  /// The layout wanted; nil leaves channels and bit depth as they are stored.
  ///
  /// Alpha is dropped, not blended; gray is repeated; 16 bits become 8 by their high byte.
  package var format: PixelFormat?
  /// The length in pixels that the longer side must have at least; nil wants the full size.
  ///
  /// A larger JPEG may then be decoded at 1/2, 1/4 or 1/8 of its size, which saves time; its sides
  /// are rounded up, so coordinates scaled by the ratio of the sizes are off by less than one pixel
  /// of the reduced image. Images that are smaller stay as they are.
  package var neededLongerSide: Int?
  /// Whether a JPEG with missing or garbled data is used as far as it goes, with a warning.
  package var acceptsTruncated: Bool
  /// The number of pixels, before any scaling, above which an image is refused.
  ///
  /// It guards against small files that claim to be huge; 2^28 pixels unless told otherwise.
  package var maximumPixels: Int

  /// Makes options; the defaults give 8-bit RGB in full size from sound files.
  package init(
    format: PixelFormat? = .rgb8, neededLongerSide: Int? = nil, acceptsTruncated: Bool = false,
    maximumPixels: Int = 1 << 28
  ) {
    self.format = format
    self.neededLongerSide = neededLongerSide
    self.acceptsTruncated = acceptsTruncated
    self.maximumPixels = maximumPixels
  }
}
