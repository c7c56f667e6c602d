import Basics
import Foundation
import Testing

@testable import Imaging

/// Row-wise reading and writing: the rows are those of the image that is decoded whole.
struct ImageRowsTests {
  private static let policy = DecodePolicy(format: nil, maximumPixels: 1 << 20)

  /// All rows of a file, in strips of 1, 2, 3 ... rows.
  private func rows(
    of path: String, _ policy: DecodePolicy = policy
  ) throws(ImagingError) -> DecodedImage {
    let rows = try ImageRows(path, policy: policy)
    var bytes: [UInt8] = []
    var count = 1
    while rows.rowsRead < rows.height {
      bytes += try rows.next(count).bytes
      count += 1
    }
    let image = Image(width: rows.width, height: rows.height, format: rows.format, bytes: bytes)
    return DecodedImage(
      image: image, originalWidth: rows.width, originalHeight: rows.height,
      warnings: rows.warnings)
  }

  @Test(arguments: Fixtures.formats)
  func rowsAreThoseOfTheWholeImage(format: PixelFormat) throws {
    try Fixtures.withFolder { folder in
      let image = Fixtures.waves(width: 61, height: 47, format: format)
      for codec in [Codec.png, .tiff, .jpeg] where codec.isLossless || format.bitDepth == 8 {
        let path = "\(folder)/a.\(codec.fileExtensions[0])"
        try ImageFile.write(image, to: path)
        let whole = try ImageFile.read(path, policy: Self.policy)
        #expect(try rows(of: path) == whole)
        if codec.isLossless { #expect(whole.image == image) }
      }
    }
  }

  /// Interlaced PNG, progressive, CMYK and damaged JPEG, strips, tiles, planes, palettes, BMP and Netpbm.
  @Test func sharedFilesAreReadAlike() throws {
    var paths = Fixtures.entries.map(\.path)
    try Fixtures.withFolder { folder in
      for (number, entry) in FormatGoldenTests.entries.enumerated() {
        let path = "\(folder)/\(number)"
        try Data(entry.bytes).write(to: URL(filePath: path))
        paths.append(path)
      }
      let progressive = "\(folder)/progressive.jpg"
      try Data(Fixtures.progressive).write(to: URL(filePath: progressive))
      var read = 0
      for path in paths + [progressive] {
        let whole = try? ImageFile.read(path, policy: Self.policy)
        let inRows = try? rows(of: path)
        #expect(whole?.image == inRows?.image, "\(path)")
        #expect((whole?.warnings.isEmpty ?? true) == (inRows?.warnings.isEmpty ?? true), "\(path)")
        read += inRows == nil ? 0 : 1
      }
      #expect(read > 20)
    }
  }

  /// Where the whole image is refused, the rows are, too. A JPEG may end early in both.
  @Test(arguments: [Codec.png, .tiff, .jpeg], [8, 16])
  func everyBeginningIsReadAlike(codec: Codec, bits: Int) throws {
    guard codec.isLossless || bits == 8 else { return }
    try Fixtures.withFolder { folder in
      let image = Fixtures.waves(
        width: 23, height: 19, format: PixelFormat(channels: 3, bitDepth: bits))
      let whole = try ImageFile.encode(image, as: codec)
      var refused = 0
      for end in 0..<whole.count {
        let bytes = Array(whole[..<end])
        let path = "\(folder)/cut"
        try Data(bytes).write(to: URL(filePath: path))
        let expected = try? ImageFile.decode(bytes, name: path, policy: Self.policy)
        let found = try? rows(of: path)
        #expect(found?.image == expected?.image, "\(end) of \(whole.count) bytes")
        refused += found == nil ? 1 : 0
        if codec == .jpeg {
          #expect(throws: ImagingError.self) {
            try rows(of: path, DecodePolicy(format: nil, acceptsTruncated: false))
          }
        }
      }
      #expect(refused > 20)
    }
  }

  @Test(arguments: 0..<4)
  func survivesMutations(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var parents = FormatGoldenTests.entries.map(\.bytes)
    for format in Fixtures.formats {
      let image = Fixtures.waves(width: 37, height: 23, format: format)
      for _ in 0..<4 { parents.append(try ImageFile.encode(image, as: .png)) }
      if format.bitDepth == 8 { parents.append(try ImageFile.encode(image, as: .jpeg)) }
    }
    try Fixtures.withFolder { folder in
      var readCount = 0
      for round in 0..<300 {
        let parent = try #require(parents.randomElement(using: &random))
        let bytes = CodecHostileTests.mutated(parent, with: parents, using: &random)
        let path = "\(folder)/\(round)"
        try Data(bytes).write(to: URL(filePath: path))
        let whole = try? ImageFile.decode(bytes, name: path, policy: Self.policy)
        do {
          let found = try rows(of: path)
          readCount += 1
          #expect(found.image == whole?.image, "\(round)")
        } catch {
          #expect("\(error)".hasPrefix(path), "\(error)")
        }
      }
      #expect((1..<300).contains(readCount))
    }
  }

  @Test(arguments: Fixtures.formats, [false, true])
  func writtenRowsAreReadAgain(format: PixelFormat, isLabelMap: Bool) throws {
    try Fixtures.withFolder { folder in
      let image = Fixtures.waves(width: 53, height: 31, format: format)
      let path = "\(folder)/a.png"
      let writer = try PNGRowWriter(
        path, width: 53, height: 31, format: format, isLabelMap: isLabelMap)
      let rowBytes = 53 * format.bytesPerPixel
      for top in stride(from: 0, to: 31, by: 7) {
        #expect(!FileManager.default.fileExists(atPath: path))
        try writer.append(Array(image.bytes[top * rowBytes..<min(top + 7, 31) * rowBytes]))
      }
      try writer.commit()
      #expect(try ImageFile.read(path, policy: Self.policy).image == image)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.png"])
    }
  }

  @Test func anIncompleteFileLeavesNothing() throws {
    try Fixtures.withFolder { folder in
      do {
        let writer = try PNGRowWriter(
          "\(folder)/a.png", width: 10, height: 10, format: .gray8)
        try writer.append([UInt8](repeating: 0, count: 50))
        let error = try #require(throws: ImagingError.self) {
          try writer.append([UInt8](repeating: 0, count: 60))  // one row too many
        }
        #expect(error.description.hasPrefix("\(folder)/a.png cannot be encoded"))
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
      let error = try #require(throws: ImagingError.self) {
        try PNGRowWriter("\(folder)/none/a.png", width: 1, height: 1, format: .gray8)
      }
      #expect(error.description.contains("cannot be written"))
    }
  }

  @Test func missingAndLargeFilesAreNamed() throws {
    try Fixtures.withFolder { folder in
      let error = try #require(throws: ImagingError.self) { try ImageRows("\(folder)/none.png") }
      #expect(error.description.contains("none.png"))
      let path = "\(folder)/a.png"
      try ImageFile.write(Image(width: 20, height: 10), to: path)
      #expect(throws: ImagingError.tooManyPixels(name: path, width: 20, height: 10, limit: 199)) {
        try ImageRows(path, policy: DecodePolicy(maximumPixels: 199))
      }
    }
  }
}
