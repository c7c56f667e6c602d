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
}
