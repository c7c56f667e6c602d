import Basics

/// The distribution of an image's samples by channel, as histograms.
///
/// Samples can be added row by row, so that images need not be in memory as a whole. All results are
/// exact: a histogram has a bin for each possible value, 256 or 65,536.
package struct PixelStatistics: Hashable, Sendable {
  package let format: PixelFormat
  /// The number of pixels.
  package private(set) var pixelCount = 0
  /// The number of samples of each value: channel by channel.
  private var counts: [Int]

  /// Statistics without pixels.
  package init(_ format: PixelFormat) {
    self.format = format
    counts = [Int](repeating: 0, count: format.channels << format.bitDepth)
  }

  /// The statistics of an image.
  package init(_ image: Image) {
    self.init(image.format)
    image.bytes.withUnsafeBytes { add($0) }
  }

  /// Adds whole pixels, such as some rows of an image: interleaved samples of `format`.
  package mutating func add(_ samples: UnsafeRawBufferPointer) {
    precondition(
      samples.count % format.bytesPerPixel == 0,
      "\(samples.count) bytes are not whole pixels of \(format.bytesPerPixel) bytes")
    guard let base = samples.baseAddress else { return }
    let (pixels, channels) = (samples.count / format.bytesPerPixel, format.channels)
    pixelCount += pixels
    counts.withUnsafeMutableBufferPointer { counts in
      for channel in 0..<channels {
        let bins = UnsafeMutableBufferPointer(
          rebasing: counts[channel << format.bitDepth..<(channel + 1) << format.bitDepth])
        if format.bitDepth == 8 {
          for pixel in 0..<pixels {
            bins[Int(base.load(fromByteOffset: pixel &* channels &+ channel, as: UInt8.self))] &+= 1
          }
        } else {
          for pixel in 0..<pixels {
            let place = 2 &* (pixel &* channels &+ channel)
            bins[Int(base.loadUnaligned(fromByteOffset: place, as: UInt16.self))] &+= 1
          }
        }
      }
    }
  }

  private func histogram(_ channel: Int) -> ArraySlice<Int> {
    counts[channel << format.bitDepth..<(channel + 1) << format.bitDepth]
  }

  /// The smallest and the largest sample of a channel; nil without pixels.
  package func range(channel: Int) -> ClosedRange<Int>? {
    let bins = histogram(channel)
    guard let first = bins.firstIndex(where: { $0 > 0 }),
      let last = bins.lastIndex(where: { $0 > 0 })
    else { return nil }
    return first - bins.startIndex...last - bins.startIndex
  }

  /// The value below which `percent` of the channel's samples lie, 0...100, with linear interpolation
  /// between samples (NumPy's `percentile`); 0 without pixels.
  package func percentile(_ percent: Double, channel: Int) -> Double {
    precondition((0...100).contains(percent), "a percentile is 0 to 100, not \(percent)")
    guard pixelCount > 0 else { return 0 }
    // A position in the sorted samples.
    let position = percent / 100 * Double(pixelCount - 1)
    let first = Int(position)
    let bins = histogram(channel)
    var seen = 0
    var lower: Int?
    for (place, count) in bins.enumerated() where count > 0 {
      seen += count
      if let lower { return Double(lower) + (position - Double(first)) * Double(place - lower) }
      if seen > first + 1 { return Double(place) }
      // The next sample in order has another value.
      if seen == first + 1 { lower = place }
    }
    return Double(lower ?? 0)
  }

  /// The mean and the standard deviation (of the population) of a channel's samples; 0 without
  /// pixels.
  package func moments(channel: Int) -> (mean: Double, standardDeviation: Double) {
    guard pixelCount > 0 else { return (0, 0) }
    let bins = histogram(channel)
    let total = bins.enumerated().reduce(0) { $0 + $1.offset * $1.element }
    let mean = Double(total) / Double(pixelCount)
    let squares = bins.enumerated().reduce(0.0) { sum, bin in
      let offset = Double(bin.offset) - mean
      return bin.element == 0 ? sum : sum + offset * offset * Double(bin.element)
    }
    return (mean, (squares / Double(pixelCount)).squareRoot())
  }
}
