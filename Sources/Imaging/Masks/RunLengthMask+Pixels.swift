extension RunLengthMask {
  /// Makes a mask from one byte a pixel, row after row as in `Image`; all but 0 belongs to it.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "a mask has at least one pixel, not \(width)x\(height)")
    precondition(
      pixels.count == width * height,
      "\(pixels.count) bytes do not make \(width)x\(height) pixels")
    var runs = RunBuilder()
    for x in 0..<width {
      var start: Int?
      for y in 0..<height {
        if pixels[y * width + x] != 0 {
          start = start ?? y
        } else if let first = start {
          runs.append(x * height + first..<x * height + y)
          start = nil
        }
      }
      if let first = start { runs.append(x * height + first..<(x + 1) * height) }
    }
    self.init(width: width, height: height, runs)
  }

  /// One byte a pixel, row after row: 1 inside of the mask, 0 outside.
  public var pixels: [UInt8] {
    var result = [UInt8](repeating: 0, count: width * height)
    var start = 0
    for (place, count) in counts.enumerated() {
      let end = start + Int(count)
      if place % 2 == 1 {
        for pixel in start..<end { result[pixel % height * width + pixel / height] = 1 }
      }
      start = end
    }
    return result
  }
}
