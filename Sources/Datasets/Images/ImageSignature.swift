import Foundation
import Imaging

/// A perceptual hash and a thumbnail, stable under scaling and compression.
///
/// The hash selects candidates: for each of the lowest 63 frequencies of the discrete cosine
/// transform (DCT) of 32 x 32 gray pixels, whether its coefficient is above their median. The
/// thumbnail of 16 x 16 pixels decides, since different images of one kind (cells on black) may
/// have similar hashes. Source of the hash: Zauner, Implementation and Benchmarking of Perceptual
/// Image Hash Functions (2010), section 3.2.
package struct ImageSignature: Hashable, Sendable {
  /// One bit per frequency.
  package let hash: UInt64
  /// Gray levels, row by row: `thumbnailSide` x `thumbnailSide` pixels.
  package let thumbnail: [UInt8]
  /// The sum of the thumbnail's gray levels.
  private let sum: Int
  /// The thumbnail's variance times the squared number of pixels, which is an integer.
  private let variance: Double

  package static let thumbnailSide = 16
  /// The side of the image that the hash is computed from, in pixels.
  private static let side = 32
  /// The number of frequencies per axis.
  private static let frequencies = 8

  // These thresholds were tuned on photographs and micrographs: copies at a quarter of the size and
  // JPEG quality 30 are always found, at quality 10 in 99 of 100 cases. Shots of one scene taken
  // within moments match too; slices of one tissue and cells of one kind do not.

  /// The maximum Hamming distance of similar hashes; distances are even, as half of the bits are
  /// set.
  static let maximumDistance = 10
  /// The minimum correlation of similar thumbnails.
  private static let minimumCorrelation = 0.9
  /// The standard deviation of a thumbnail, in gray levels, below which it counts as noise.
  private static let minimumContrast = 2.0

  init(hash: UInt64, thumbnail: [UInt8]) {
    precondition(thumbnail.count == Self.thumbnailSide * Self.thumbnailSide)
    self.hash = hash
    self.thumbnail = thumbnail
    sum = thumbnail.reduce(0) { $0 + Int($1) }
    variance = Double(thumbnail.count * Self.product(thumbnail, thumbnail) - sum * sum)
  }

  /// Whether two images are similar. An image without contrast is similar to no other.
  package func isSimilar(to other: ImageSignature) -> Bool {
    (hash ^ other.hash).nonzeroBitCount <= Self.maximumDistance
      && correlation(with: other) >= Self.minimumCorrelation
  }

  /// Whether the image has enough contrast to be compared.
  var hasContrast: Bool {
    let minimum = Self.minimumContrast * Double(thumbnail.count)
    return variance >= minimum * minimum
  }

  /// The correlation of two thumbnails, -1...1; 0 where one of them has no contrast.
  func correlation(with other: ImageSignature) -> Double {
    guard hasContrast, other.hasContrast else { return 0 }
    let products = Self.product(thumbnail, other.thumbnail)
    // Times the squared number of pixels, as the variances are: an integer.
    let covariance = Double(thumbnail.count * products - sum * other.sum)
    return covariance / (variance * other.variance).squareRoot()
  }

  /// The dot product of two thumbnails.
  private static func product(_ first: [UInt8], _ second: [UInt8]) -> Int {
    // At most 256 x 255 x 255: nothing overflows, and unchecked arithmetic is vectorized.
    first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { second in
        var sum: UInt32 = 0
        for place in 0..<thumbnailSide * thumbnailSide {
          sum &+= UInt32(first[place]) &* UInt32(second[place])
        }
        return Int(sum)
      }
    }
  }
}

extension ImageSignature {
  /// Computes the signature of an upright image in 8-bit RGB.
  init(_ image: Image) {
    let small = image.resized(width: Self.side, height: Self.side, filter: .area)
      .converted(to: .gray8)
    let thumbnail = small.resized(
      width: Self.thumbnailSide, height: Self.thumbnailSide, filter: .area)
    self.init(hash: Self.hash(small.bytes), thumbnail: thumbnail.bytes)
  }

  private static func hash(_ gray: [UInt8]) -> UInt64 {
    let coefficients = transformed(transformed(gray.map { Float($0) }))
    // The first coefficient is the mean, which does not describe the content.
    let sorted = coefficients.dropFirst().sorted()
    let median = sorted[sorted.count / 2]
    return coefficients.enumerated().dropFirst().reduce(0) { bits, entry in
      entry.element > median ? bits | 1 << UInt64(entry.offset) : bits
    }
  }

  /// The lowest frequencies of the DCT of each row of `side` numbers; one output row per frequency.
  private static func transformed(_ rows: [Float]) -> [Float] {
    let count = rows.count / side
    var result = [Float](repeating: 0, count: frequencies * count)
    for row in 0..<count {
      for u in 0..<frequencies {
        var sum: Float = 0
        for x in 0..<side { sum += cosines[u * side + x] * rows[row * side + x] }
        result[u * count + row] = sum
      }
    }
    return result
  }

  /// cos((2 x + 1) u pi / 2 n) for each frequency u and pixel x.
  private static let cosines: [Float] = (0..<frequencies * side).map { place in
    let (u, x) = (place / side, place % side)
    return Float(cos(Double((2 * x + 1) * u) * Double.pi / Double(2 * side)))
  }
}

/// Encodes the thumbnail as base64: an array of numbers takes ten times as long to parse.
extension ImageSignature: Codable {
  private enum CodingKeys: CodingKey { case hash, thumbnail }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let thumbnail = Array(try container.decode(Data.self, forKey: .thumbnail))
    guard thumbnail.count == Self.thumbnailSide * Self.thumbnailSide else {
      throw DecodingError.dataCorruptedError(
        forKey: .thumbnail, in: container, debugDescription: "\(thumbnail.count) pixels")
    }
    self.init(hash: try container.decode(UInt64.self, forKey: .hash), thumbnail: thumbnail)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(hash, forKey: .hash)
    try container.encode(Data(thumbnail), forKey: .thumbnail)
  }
}
