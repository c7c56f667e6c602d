import Imaging

/// The rows of an image in memory, of which the upper ones are dropped as the windows move down.
struct ImageBand {
  let width: Int
  let height: Int
  let format: PixelFormat
  /// The first row in memory.
  private(set) var top = 0
  private var bytes: [UInt8] = []
  private var rowBytes: Int { width * format.bytesPerPixel }
  /// The row after the last one in memory.
  var bottom: Int { top + bytes.count / rowBytes }

  init(of rows: ImageRows) {
    (width, height, format) = (rows.width, rows.height, rows.format)
  }

  /// Reads up to a row, which may lie beyond the image: rows there mirror those above, which are in
  /// memory.
  mutating func read(to end: Int, from rows: ImageRows) throws {
    while bottom < min(end, height) {
      try bytes += rows.next(min(end - bottom, 64)).bytes
    }
    while bottom < end {
      let mirrored = Reflection.place(bottom, count: height)
      precondition(mirrored >= top, "row \(mirrored) is not in memory")
      let start = (mirrored - top) * rowBytes
      bytes += Array(bytes[start..<start + rowBytes])
    }
  }

  /// Drops the rows above one.
  mutating func drop(above row: Int) {
    let count = min(max(row - top, 0) * rowBytes, bytes.count)
    bytes.removeFirst(count)
    top += count / rowBytes
  }

  /// Rows of the image.
  func rows(_ rows: Range<Int>) -> Image {
    let start = (rows.lowerBound - top) * rowBytes
    return Image(
      width: width, height: rows.count, format: format,
      bytes: Array(bytes[start..<start + rows.count * rowBytes]))
  }

  /// A window, whose rows are in memory; pixels to the right of the image mirror those inside.
  func window(x: Int, y: Int, width windowWidth: Int, height windowHeight: Int) -> Image {
    let pixel = format.bytesPerPixel
    let inside = min(windowWidth, width - x)
    var window = Image(width: windowWidth, height: windowHeight, format: format)
    bytes.withUnsafeBytes { source in
      window.bytes.withUnsafeMutableBytes { target in
        for row in 0..<windowHeight {
          let from = (y + row - top) * rowBytes
          let to = row * windowWidth * pixel
          UnsafeMutableRawBufferPointer(rebasing: target[to..<to + inside * pixel]).copyMemory(
            from: UnsafeRawBufferPointer(
              rebasing: source[from + x * pixel..<from + (x + inside) * pixel]))
          for column in inside..<windowWidth {
            let mirrored = Reflection.place(x + column, count: width)
            for byte in 0..<pixel {
              target[to + column * pixel + byte] = source[from + mirrored * pixel + byte]
            }
          }
        }
      }
    }
    return window
  }
}

extension Image {
  /// The image with the channels of a network's input, in its own bit depth, as images are read for
  /// training: transparent pixels are composited over gray for RGB, and alpha is dropped for gray.
  package func asInput(channels: Int) -> Image {
    let opaque = channels == 3 ? composited(over: DecodePolicy.background) : self
    return opaque.converted(to: PixelFormat(channels: channels, bitDepth: format.bitDepth))
  }
}
