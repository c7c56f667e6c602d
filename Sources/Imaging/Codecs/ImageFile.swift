import Basics

/// Image files: JPEG and PNG, distinguished by content.
public enum ImageFile {
  /// Reads and decodes an image, upright.
  ///
  /// Throws `ImagingError` if the file cannot be read, is neither JPEG nor PNG, is damaged or
  /// truncated (see `acceptsTruncated`), or has too many pixels (see `maximumPixels`).
  public static func read(
    _ path: String, policy: DecodePolicy = DecodePolicy()
  ) throws(ImagingError) -> DecodedImage {
    try decode(bytes(path), name: path, policy: policy)
  }

  /// The encoded bytes of an image file.
  ///
  /// Throws `ImagingError.file` if it cannot be read or is too large for an image.
  public static func bytes(_ path: String) throws(ImagingError) -> [UInt8] {
    try ImagingError.wrap(FileContents.read(path, limit: sizeLimit)).bytes
  }

  /// The maximum file size, in bytes: no image is larger, and reading a device may never end.
  private static let sizeLimit = 1 << 31

  /// Decodes an image from a file's bytes, upright; `name` appears in errors.
  ///
  /// Throws `ImagingError` as ``read(_:policy:)`` does.
  public static func decode(
    _ bytes: [UInt8], name: String, policy: DecodePolicy = DecodePolicy()
  ) throws(ImagingError) -> DecodedImage {
    let (codec, header) = try header(of: bytes, name: name)
    try check(header, of: codec, byteCount: bytes.count, name: name, policy: policy)
    let stored =
      switch codec {
      case .jpeg: try JPEGCodec.decode(bytes, name: name, header: header, policy: policy)
      case .png: try PNGCodec.decode(bytes, name: name, header: header, policy: policy)
      }
    let orientation = Exif.orientation(of: bytes, codec: codec)
    let format = policy.format ?? stored.image.format
    let (width, height) = upright(header, orientation)
    var image = stored.image.converted(to: format).turnedUpright(from: orientation)
    if let limit = policy.maximumLongerSide { image = image.reduced(toLongerSide: limit) }
    return DecodedImage(
      image: image, originalWidth: width, originalHeight: height, warnings: stored.warnings)
  }

  /// Reads an image's header.
  ///
  /// Throws `ImagingError` if the file cannot be read, is neither JPEG nor PNG, or has a damaged
  /// header. Pixels are not decoded.
  public static func information(_ path: String) throws(ImagingError) -> ImageInformation {
    let start = try ImagingError.wrap(
      FileContents.read(path, prefix: 1 << 16, limit: sizeLimit))
    do {
      return try information(of: start.bytes, name: path)
    } catch {
      guard start.bytes.count < start.size else { throw error }
      return try information(of: bytes(path), name: path)  // a long header
    }
  }

  /// Reads the header from a file's first bytes; `name` appears in errors.
  ///
  /// Throws `ImagingError` as ``information(_:)`` does.
  public static func information(
    of bytes: [UInt8], name: String
  ) throws(ImagingError) -> ImageInformation {
    let (codec, header) = try header(of: bytes, name: name)
    let orientation = Exif.orientation(of: bytes, codec: codec)
    let (width, height) = upright(header, orientation)
    return ImageInformation(
      width: width, height: height, format: header.format, codec: codec, orientation: orientation)
  }

  /// Encodes an image; `quality`, 1...100, applies to JPEG only.
  ///
  /// JPEG stores gray or RGB of 8 bits, with 4:2:0 chroma subsampling: alpha is dropped and 16 bits
  /// become 8. PNG stores every format exactly. Throws `ImagingError` if the image is too large for
  /// the codec or the quality is out of range.
  public static func encode(
    _ image: Image, as codec: Codec, quality: Int = 90
  ) throws(ImagingError) -> [UInt8] {
    try encode(image, as: codec, name: "the image", quality: quality)
  }

  /// Encodes an image in the format of the file extension and writes it atomically. A symbolic link in
  /// its place is replaced.
  ///
  /// Throws `ImagingError` for an unknown file extension, as ``encode(_:as:quality:)`` does, and if
  /// the file cannot be written.
  public static func write(
    _ image: Image, to path: String, quality: Int = 90
  ) throws(ImagingError) {
    guard let codec = Codec(path: path) else {
      let known = Codec.allCases.flatMap(\.fileExtensions).map { "." + $0 }
      throw ImagingError(
        "the name of an image file must end in one of \(known.joined(separator: " "))", in: path)
    }
    let bytes = try encode(image, as: codec, name: path, quality: quality)
    // Not synced to disk: images are many and can be recreated.
    try ImagingError.wrap(
      AtomicFile.write(bytes, to: path, isSynced: false, followsLinks: false))
  }
}

extension ImageFile {
  /// The maximum number of pixels of an image whose bytes can hold only a part of them.
  private static let partialPixelLimit = 1 << 24

  private static func header(
    of bytes: [UInt8], name: String
  ) throws(ImagingError) -> (Codec, StoredHeader) {
    guard let codec = Codec(signatureOf: bytes) else {
      throw .unknownFormat(name: name, found: Codec.guess(at: bytes))
    }
    return (codec, try codec.header(bytes, name: name))
  }

  /// Rejects images that are too large, or too large for the bytes of their file, before anything
  /// is allocated.
  private static func check(
    _ header: StoredHeader, of codec: Codec, byteCount: Int, name: String, policy: DecodePolicy
  ) throws(ImagingError) {
    let pixels = header.width * header.height  // each below 2^31
    guard pixels <= policy.maximumPixels else {
      throw .tooManyPixels(
        name: name, width: header.width, height: header.height, limit: policy.maximumPixels)
    }
    // Most of a partial image may be missing, but a few bytes must not claim all memory.
    let mayBePartial =
      codec == .jpeg && policy.acceptsTruncated && pixels <= Self.partialPixelLimit
    if !mayBePartial, header.pixelsPerByte > 0,
      Double(pixels) > header.pixelsPerByte * Double(byteCount)
    {
      throw .endsEarly(
        name: name, codec: codec,
        reason: "\(byteCount) bytes cannot hold \(header.width)x\(header.height) pixels")
    }
  }

  private static func upright(
    _ header: StoredHeader, _ orientation: Orientation
  ) -> (width: Int, height: Int) {
    orientation.swapsSides ? (header.height, header.width) : (header.width, header.height)
  }

  private static func encode(
    _ image: Image, as codec: Codec, name: String, quality: Int
  ) throws(ImagingError) -> [UInt8] {
    switch codec {
    case .jpeg: try JPEGCodec.encode(image, name: name, quality: quality)
    case .png: try PNGCodec.encode(image, name: name)
    }
  }
}
