extension Image {
  /// A plane of numbers, 16-bit gray.
  package init(width: Int, height: Int, numbers: [UInt16]) {
    self.init(
      width: width, height: height, format: PixelFormat(channels: 1, bitDepth: 16),
      bytes: numbers.withUnsafeBytes { Array($0) })
  }

  /// Calls `body` with the numbers of a plane of 16-bit gray, row by row.
  package func withNumbers<Result>(_ body: (UnsafeBufferPointer<UInt16>) -> Result) -> Result {
    precondition(
      format == PixelFormat(channels: 1, bitDepth: 16), "numbers are 16-bit gray, not \(format)")
    return bytes.withUnsafeBytes { body($0.bindMemory(to: UInt16.self)) }
  }

  /// The values of 8-bit gray as a plane of numbers.
  package var numbers16: Image {
    Image(width: width, height: height, numbers: bytes.map(UInt16.init))
  }

  /// Fills the pixels of a mask of the same size in a plane of 16-bit gray with one number.
  package mutating func fill(_ mask: RunLengthMask, withNumber number: UInt16) {
    precondition(
      format == PixelFormat(channels: 1, bitDepth: 16) && mask.width == width
        && mask.height == height, "a mask that is filled has the size of its plane of numbers")
    bytes.withUnsafeMutableBytes { bytes in
      let numbers = bytes.bindMemory(to: UInt16.self)
      mask.forEachPixel { numbers[$0] = number }
    }
  }
}
