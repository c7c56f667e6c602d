import Evaluation
import Imaging

/// An evaluation of segmented images: the metrics, and overlays of the worst images for a report.
///
/// Memory grows only with the per-image measurements; of the images, few overlays are kept.
package struct SegmentationEvaluation: Sendable {
  /// An image with its two class planes, as `MeasuredSegmentation` expects them.
  package struct Pair {
    package let name: String
    package let groundTruth: Image
    package let predicted: Image
    /// Reads the image itself; called only if its overlay is kept. Nil if there is none.
    package let image: () -> Image?

    package init(
      name: String, groundTruth: Image, predicted: Image, image: @escaping () -> Image?
    ) {
      (self.name, self.groundTruth, self.predicted) = (name, groundTruth, predicted)
      self.image = image
    }

    /// The pair of an image file. An image of another size than its mask is not shown.
    package init(_ path: String, groundTruth: Image, predicted: Image) {
      self.init(name: path, groundTruth: groundTruth, predicted: predicted) {
        Self.image(path, like: groundTruth)
      }
    }

    /// Reads an image; nil if it cannot be read or has another size than its mask.
    package static func image(_ path: String, like mask: Image) -> Image? {
      let policy = DecodePolicy(format: nil, acceptsTruncated: true)
      guard let image = try? ImageFile.read(path, policy: policy).image,
        image.width == mask.width, image.height == mask.height
      else { return nil }
      return image
    }
  }

  /// The number of overlays of a report.
  package static let usualOverlays = 12

  /// The metrics of the images so far.
  package private(set) var metrics: SegmentationMetrics
  /// The images of the lowest Dice, the worst one first.
  private(set) var worst: [(dice: Double, overlay: SegmentationOverlay)] = []
  private let overlayCount: Int

  /// Starts without images.
  ///
  /// - Parameter overlays: The number of overlays to keep, 0 without a report.
  package init(
    classNames: [String], options: SegmentationMetricOptions = SegmentationMetricOptions(),
    overlays: Int = 0
  ) {
    metrics = SegmentationMetrics(classNames: classNames, options: options)
    overlayCount = overlays
  }

  /// AP by mask of the predicted objects; nil if it was not measured.
  package var maskAveragePrecision: MaskAveragePrecision? {
    get { metrics.maskAveragePrecision }
    set { metrics.maskAveragePrecision = newValue }
  }

  /// Measures images and adds them.
  package mutating func add(contentsOf pairs: some Sequence<Pair>) {
    for pair in pairs {
      add(
        metrics.measure(pair.name, groundTruth: pair.groundTruth, predicted: pair.predicted), pair)
    }
  }

  /// Adds an image that was measured, perhaps on another thread.
  package mutating func add(_ measured: MeasuredSegmentation, _ pair: Pair) {
    metrics.add(measured)
    let dice = measured.scores.dice
    guard dice < 1, overlayCount > 0 else { return }
    if worst.count == overlayCount, let best = worst.last, dice >= best.dice { return }
    let overlay = SegmentationOverlay(pair, measured.scores)
    let place = worst.firstIndex { dice < $0.dice } ?? worst.count
    worst.insert((dice, overlay), at: place)
    if worst.count > overlayCount { worst.removeLast() }
  }
}
