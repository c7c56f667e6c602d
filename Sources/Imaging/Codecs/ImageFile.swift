import Basics

/// Image files: JPEG, PNG, TIFF, BMP and Netpbm, distinguished by content.
public enum ImageFile {
  /// Reads and decodes an image, upright.
  ///
  /// Throws `ImagingError` if the file cannot be read, has none of these formats, is damaged or
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
    let (codec, header) = try header(of: bytes, name: name, page: policy.page)
    try check(header, of: codec, byteCount: bytes.count, name: name, policy: policy)
    let stored = try pixels(of: bytes, codec, name: name, header: header, policy: policy)
    let format = policy.format ?? stored.image.format
    let (width, height) = upright(header)
    var image = stored.image.converted(to: format).turnedUpright(from: header.orientation)
    if let limit = policy.maximumLongerSide { image = image.reduced(toLongerSide: limit) }
    return DecodedImage(
      image: image, originalWidth: width, originalHeight: height, warnings: stored.warnings)
  }

  /// Decodes a PNG whose pixels are indices of a palette of colors, as label masks often are, to the
  /// indices: 8-bit gray, upright.
  ///
  /// Nil for other files. A palette without colors only stores gray values in fewer bits; such a file
  /// is decoded as any other. Throws `ImagingError` as ``decode(_:name:policy:)`` does.
  package static func paletteIndices(
    of bytes: [UInt8], name: String, policy: DecodePolicy = DecodePolicy()
  ) throws(ImagingError) -> Image? {
    guard Codec(signatureOf: bytes) == .png, PNGCodec.hasPalette(bytes) else { return nil }
    let (codec, header) = try header(of: bytes, name: name)
    try check(header, of: codec, byteCount: bytes.count, name: name, policy: policy)
    let (image, palette) = try PNGCodec.indices(bytes, name: name, header: header)
    var hasColors = false
    for entry in stride(from: 0, to: palette.count, by: 3)
    where palette[entry] != palette[entry + 1] || palette[entry] != palette[entry + 2] {
      hasColors = true
    }
    return hasColors ? image.turnedUpright(from: header.orientation) : nil
  }

  /// Reads an image's header.
  ///
  /// Throws `ImagingError` if the file cannot be read, has none of the formats, or has a damaged
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
    let (width, height) = upright(header)
    return ImageInformation(
      width: width, height: height, format: header.format, codec: codec,
      orientation: header.orientation)
  }

  /// Encodes an image; `quality`, 1...100, applies to JPEG only.
  ///
  /// JPEG stores gray or RGB of 8 bits, with 4:2:0 chroma subsampling: alpha is dropped and 16 bits
  /// become 8. PNG and TIFF store every format exactly. Throws `ImagingError` if the image is too large
  /// for the codec, the quality is out of range, or the codec only reads (see ``Codec/isWritable``).
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
    guard let codec = Codec(path: path), codec.isWritable else {
      let known = Codec.allCases.filter(\.isWritable).flatMap(\.fileExtensions).map { "." + $0 }
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

  /// The codec and the header of a file, from its first bytes; TIFF needs the whole file.
  static func header(
    of bytes: [UInt8], name: String, page: Int? = nil
  ) throws(ImagingError) -> (Codec, StoredHeader) {
    guard let codec = Codec(signatureOf: bytes) else {
      throw .unknownFormat(name: name, found: Codec.guess(at: bytes))
    }
    let header =
      switch codec {
      case .jpeg: try JPEGCodec.header(bytes, name: name)
      case .png: try PNGCodec.header(bytes, name: name)
      case .tiff:
        try codec.naming(name) { () throws(CodecFault) in
          try TIFFCodec.header(bytes, page: page)
        }
      case .bmp:
        try codec.naming(name) { () throws(CodecFault) in try BMPCodec.header(bytes) }
      case .netpbm:
        try codec.naming(name) { () throws(CodecFault) in try NetpbmCodec.header(bytes) }
      }
    return (codec, header)
  }

  /// The pixels of a file whose header was checked.
  private static func pixels(
    of bytes: [UInt8], _ codec: Codec, name: String, header: StoredHeader, policy: DecodePolicy
  ) throws(ImagingError) -> StoredPixels {
    switch codec {
    case .jpeg: return try JPEGCodec.decode(bytes, name: name, header: header, policy: policy)
    case .png: return try PNGCodec.decode(bytes, name: name, header: header, policy: policy)
    case .tiff, .bmp, .netpbm:
      let size = header.width * header.height * header.format.bytesPerPixel
      guard Codec.isAvailable(bytes: 2 * size) else { throw .outOfMemory(name: name) }
      let stored = try codec.naming(name) { () throws(CodecFault) in
        switch codec {
        case .tiff: try TIFFCodec.decode(bytes, page: policy.page)
        case .bmp: try BMPCodec.decode(bytes)
        default: try NetpbmCodec.decode(bytes)
        }
      }
      return stored.prepared(for: policy)
    }
  }

  /// Rejects images that are too large, or too large for the bytes of their file, before anything
  /// is allocated.
  static func check(
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

  private static func upright(_ header: StoredHeader) -> (width: Int, height: Int) {
    header.orientation.swapsSides ? (header.height, header.width) : (header.width, header.height)
  }

  private static func encode(
    _ image: Image, as codec: Codec, name: String, quality: Int
  ) throws(ImagingError) -> [UInt8] {
    switch codec {
    case .jpeg: return try JPEGCodec.encode(image, name: name, quality: quality)
    case .png: return try PNGCodec.encode(image, name: name)
    case .tiff:
      guard let bytes = TIFFWriter.encode(image) else { throw .outOfMemory(name: name) }
      return bytes
    case .bmp, .netpbm:
      throw .unencodable(
        name: name, codec: codec, reason: "the format is read only, write a PNG or TIFF file")
    }
  }
}
