import Foundation
import Testing

@testable import Basics
@testable import Imaging

/// Statistics of samples, and the scaling of images by them.
@Suite struct NormalizationTests {
  private static let formats = [8, 16].flatMap { bits in
    (1...4).map { PixelFormat(channels: $0, bitDepth: bits) }
  }

  /// An image of random samples; `values` limits them, so that some are equal.
  private func random(_ format: PixelFormat, values: Int, seed: UInt64 = 1) -> (Image, [Int]) {
    var generator = SeededGenerator(seed: seed)
    let samples = (0..<13 * 11 * format.channels).map { _ in
      Int(generator.next() % UInt64(values))
    }
    return (image(format, width: 13, height: 11, samples), samples)
  }

  private func image(_ format: PixelFormat, width: Int, height: Int, _ samples: [Int]) -> Image {
    let bytes =
      format.bitDepth == 8
      ? samples.map { UInt8($0) }
      : samples.flatMap { sample in withUnsafeBytes(of: UInt16(sample)) { Array($0) } }
    return Image(width: width, height: height, format: format, bytes: bytes)
  }

  private func filled(_ normalization: Normalization, _ image: Image) -> [Float] {
    [Float](
      unsafeUninitializedCapacity: image.width * image.height * image.format.channels
    ) {
      normalization.fill(image, into: $0)
      $1 = $0.count
    }
  }

  @Test("percentiles are those of the sorted samples", arguments: formats)
  func percentiles(format: PixelFormat) {
    for values in [256, 5, 1] {
      let (image, samples) = random(format, values: values)
      let statistics = PixelStatistics(image)
      for channel in 0..<format.channels {
        let sorted = stride(from: channel, to: samples.count, by: format.channels)
          .map { Double(samples[$0]) }.sorted()
        #expect(statistics.range(channel: channel) == Int(sorted[0])...Int(sorted[142]))
        for percent in [0, 0.1, 1, 33.3, 50, 99.8, 100] {
          // NumPy's definition: position p / 100 * (n - 1), interpolated linearly.
          let position = percent / 100 * 142
          let (low, high) = (sorted[Int(position)], sorted[min(Int(position) + 1, 142)])
          let expected = low + (position - position.rounded(.down)) * (high - low)
          #expect(abs(statistics.percentile(percent, channel: channel) - expected) < 1e-9)
        }
        let mean = sorted.reduce(0, +) / 143
        let variance = sorted.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 143
        let found = statistics.moments(channel: channel)
        #expect(abs(found.mean - mean) < 1e-9)
        #expect(abs(found.standardDeviation - variance.squareRoot()) < 1e-9)
      }
    }
  }

  @Test("samples added by rows give the statistics of the whole image", arguments: formats)
  func rows(format: PixelFormat) {
    let (image, _) = random(format, values: 200)
    var statistics = PixelStatistics(format)
    let row = image.width * format.bytesPerPixel
    image.bytes.withUnsafeBytes { bytes in
      for first in stride(from: 0, to: bytes.count, by: row) {
        statistics.add(UnsafeRawBufferPointer(rebasing: bytes[first..<first + row]))
      }
    }
    #expect(statistics == PixelStatistics(image) && statistics.pixelCount == 143)
  }

  @Test("a fixed scaling divides by the largest sample of the type", arguments: formats)
  func fixed(format: PixelFormat) {
    let mean = (0..<format.channels).map { 0.1 * Float($0) }
    let deviation = (0..<format.channels).map { 0.5 + 0.25 * Float($0) }
    let (image, samples) = random(format, values: 256)
    let largest: Float = format.bitDepth == 8 ? 255 : 65535
    let found = filled(Normalization(mean: mean, standardDeviation: deviation), image)
    for (index, value) in found.enumerated() {
      let channel = index % format.channels
      let expected = (Float(samples[index]) / largest - mean[channel]) / deviation[channel]
      #expect(abs(value - expected) < 1e-6)
    }
  }

  @Test("percentiles become 0 and 1, and nothing is clipped", arguments: formats)
  func percentileScaling(format: PixelFormat) {
    let (image, samples) = random(format, values: 250)
    let statistics = PixelStatistics(image)
    let count = format.channels
    let normalization = Normalization(
      mean: [Float](repeating: 0.5, count: count),
      standardDeviation: [Float](repeating: 0.25, count: count),
      perImage: .percentile(low: 5, high: 90))
    for (index, value) in filled(normalization, image).enumerated() {
      let low = statistics.percentile(5, channel: index % count)
      let high = statistics.percentile(90, channel: index % count)
      let expected = ((Double(samples[index]) - low) / (high - low) - 0.5) / 0.25
      #expect(abs(Double(value) - expected) < 1e-5)
    }
  }

  @Test("16-bit samples in a narrow range keep it: mean 0 and deviation 1")
  func zScore() {
    // 30000, 30001, 30002, 30003: mean 30001.5, variance (2.25 + 0.25) / 2 = 1.25.
    let image = image(
      PixelFormat(channels: 1, bitDepth: 16), width: 2, height: 2, [30000, 30001, 30002, 30003])
    let found = filled(
      Normalization(mean: [0], standardDeviation: [1], perImage: .zScore), image)
    for (value, offset) in zip(found, [-1.5, -0.5, 0.5, 1.5]) {
      #expect(abs(Double(value) - offset / 1.25.squareRoot()) < 1e-6)
    }
  }

  @Test("an image of one value is 0, and one that is nearly so stays finite")
  func constant() {
    for perImage in [PerImageNormalization.zScore, .usual] {
      let normalization = Normalization(mean: [0], standardDeviation: [1], perImage: perImage)
      let flat = image(.gray8, width: 3, height: 1, [7, 7, 7])
      #expect(filled(normalization, flat) == [0, 0, 0])
      let spot = image(
        .gray8, width: 1000, height: 1, [Int](repeating: 7, count: 999) + [207])
      let found = filled(normalization, spot)
      #expect(abs(found[0]) < 0.1 && found[999].isFinite)
      // The range, 200, replaces equal percentiles.
      if perImage == .usual { #expect(abs(found[0]) < 1e-6 && abs(found[999] - 1) < 1e-6) }
    }
  }
}
