import Imaging

/// The ground truth and the predicted class of each pixel of an image, prepared for measuring.
///
/// Value 0 is the background, class index i has the value i + 1, and 255 is ignored. Pixels that the
/// ground truth ignores are ignored in both planes of `compared`.
struct LabelMapPair {
  static let ignored: UInt8 = 255

  let width: Int
  let height: Int
  /// The number of classes without the background.
  let classCount: Int
  let groundTruth: [UInt8]
  /// The predicted values; 255, which predicts no class, is background here.
  let predicted: [UInt8]
  /// The number of pixels of the ground truth that are ignored.
  let ignoredCount: Int
  /// The number of pixels of each pair of values: that of predicted p and true t is at
  /// `p * (classCount + 1) + t`.
  let confusion: [Int]

  /// Checks two planes of 8-bit gray: they have one size, and no value beyond the classes.
  init(groundTruth: Image, predicted: Image, classCount: Int) {
    precondition(
      groundTruth.format == .gray8 && predicted.format == .gray8,
      "class planes are 8-bit gray images")
    precondition(
      groundTruth.width == predicted.width && groundTruth.height == predicted.height,
      "a predicted class plane of \(predicted.width)x\(predicted.height) pixels does not fit a "
        + "ground truth of \(groundTruth.width)x\(groundTruth.height)")
    (width, height) = (groundTruth.width, groundTruth.height)
    self.classCount = classCount
    self.groundTruth = groundTruth.bytes
    let counts = Self.counts(groundTruth.bytes, predicted.bytes)
    let (ignored, sides) = (Int(Self.ignored), 0...classCount)
    ignoredCount = (0..<256).reduce(0) { $0 + counts[$1 * 256 + ignored] }
    let isComplete = !(0..<256).contains { counts[ignored * 256 + $0] > 0 }
    self.predicted =
      isComplete ? predicted.bytes : predicted.bytes.map { $0 == Self.ignored ? 0 : $0 }
    confusion = sides.flatMap { p in
      sides.map { t in counts[p * 256 + t] + (p == 0 ? counts[ignored * 256 + t] : 0) }
    }
    precondition(
      confusion.reduce(ignoredCount, +) == groundTruth.bytes.count,
      "class planes hold 0 to \(classCount), the number of classes, and 255")
  }

  /// The predicted values with 255 where the ground truth is ignored.
  var comparedPrediction: [UInt8] {
    guard ignoredCount > 0 else { return predicted }
    var values = predicted
    for place in values.indices where groundTruth[place] == Self.ignored {
      values[place] = Self.ignored
    }
    return values
  }

  /// The number of pixels of each pair of values: that of predicted p and true t is at
  /// `p * 256 + t`.
  private static func counts(_ groundTruth: [UInt8], _ predicted: [UInt8]) -> [Int] {
    var counts = [Int](repeating: 0, count: 256 * 256)
    groundTruth.withUnsafeBytes { groundTruth in
      predicted.withUnsafeBytes { predicted in
        var place = 0
        while place < groundTruth.count {
          let (own, other) = (groundTruth[place], predicted[place])
          let start = place
          place += 1
          // Eight pixels at a time while neither value changes.
          let (ownRun, otherRun) = (pattern(own), pattern(other))
          while place + 8 <= groundTruth.count,
            groundTruth.loadUnaligned(fromByteOffset: place, as: UInt64.self) == ownRun,
            predicted.loadUnaligned(fromByteOffset: place, as: UInt64.self) == otherRun
          {
            place += 8
          }
          counts[Int(other) * 256 + Int(own)] += place - start
        }
      }
    }
    return counts
  }

  private static func pattern(_ value: UInt8) -> UInt64 { UInt64(value) &* 0x0101_0101_0101_0101 }
}
