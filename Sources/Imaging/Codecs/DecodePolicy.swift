/// How image files are decoded: layout, size, limits, and whether damaged data are accepted.
public struct DecodePolicy: Hashable, Sendable {
  /// The layout of the result; nil keeps channels and bit depth as stored.
  ///
  /// For RGB without alpha, transparent pixels are composited over `background`; for gray, alpha is
  /// dropped. Gray is repeated for RGB. 16 bits become 8 by their high byte or, with a warning, by
  /// the highest of 8, 10, 12 or 14 bits if all samples are that small.
  public var format: PixelFormat?
  /// The minimum length in pixels of the longer side; nil decodes at full size.
  ///
  /// A larger JPEG may be decoded at 1/2, 1/4 or 1/8 of its size, which saves time. Its sides are
  /// rounded up, so coordinates scaled by the ratio of the sizes are off by less than one pixel of
  /// the reduced image. Smaller images keep their size.
  public var neededLongerSide: Int?
  /// The maximum length in pixels of the longer side; larger 8-bit images are reduced to it by area
  /// averaging, after any scaled decoding.
  public var maximumLongerSide: Int?
  /// Whether a JPEG with missing or corrupt data is decoded as far as possible, with a warning.
  public var acceptsTruncated: Bool
  /// The maximum number of pixels before any scaling. Larger images are rejected: a small file can
  /// claim a huge size.
  public var maximumPixels: Int
  /// The index of the page of a TIFF file, from 0; nil reads the first, with a warning if there are
  /// more. Other formats have one page.
  package var page: Int?

  /// The gray level that transparent pixels are composited over, equal to the letterbox's padding.
  public static let background: UInt8 = 114

  /// Makes a policy; the default decodes to 8-bit RGB at full size, damaged JPEGs as far as possible.
  public init(
    format: PixelFormat? = .rgb8, neededLongerSide: Int? = nil, maximumLongerSide: Int? = nil,
    acceptsTruncated: Bool = true, maximumPixels: Int = 1 << 28
  ) {
    self.format = format
    self.neededLongerSide = neededLongerSide
    self.maximumLongerSide = maximumLongerSide
    self.acceptsTruncated = acceptsTruncated
    self.maximumPixels = maximumPixels
  }
}
