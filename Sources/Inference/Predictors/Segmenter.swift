import Basics
import Engine
import Imaging
import Networks

/// Segments images: a class per pixel, at the size of the image.
///
/// The network sees pixels at their own scale. Small images are processed at once, padded to a
/// multiple of 32 by mirroring; larger ones in overlapping windows whose probabilities are blended.
/// Rows are read and handed out as they come, so that memory grows with the width of the image and the
/// height of a window only.
public final class Segmenter: Predictor {
  package let runner: InferenceRunner
  /// The windows, the threshold and test-time augmentation.
  public var options: SegmentationOptions
  /// Whether predictions hold the probabilities of all classes besides the class of each pixel.
  public var keepsProbabilities = false
  /// Whether predictions hold the probability of the class of each pixel.
  package var keepsConfidences = false
  /// Receives the raw outputs of each batch of windows, and where these lie in the padded image.
  package var onOutputs: (_ outputs: [View], _ windows: [PixelRegion]) -> Void = { _, _ in }
  let head: SegmentationHead
  /// The network of another program, which sees images as a whole; nil for one of the catalog.
  package let imported: ImportedSegmenter?

  /// The model's name, class names, preprocessing and head.
  public var description: ModelDescription { runner.description }

  /// The largest number of classes: 0 is the background, and 255 stands for ignored pixels in masks.
  public static let maximumClassCount = 254
  /// Images up to this number of pixels are processed at once, unless a window size is requested.
  private static let wholePixels = 1 << 20

  package init(
    _ model: Model, options: SegmentationOptions = SegmentationOptions(), pool: ThreadPool,
    kernels: Kernels
  ) {
    precondition(
      model.description.task == .segmentation, "\(model.description.name) does not segment")
    precondition(
      model.description.classNames.count <= Self.maximumClassCount,
      "a class map holds at most \(Self.maximumClassCount) classes")
    self.options = options
    runner = InferenceRunner(model, pool: pool, kernels: kernels)
    imported = model.imported == nil ? nil : ImportedSegmenter(runner)
    if case .segmentation(let head) = model.description.head {
      self.head = head
    } else {
      head = SegmentationHead(classCount: model.description.classNames.count)
    }
  }

  /// Makes a segmenter with its own thread pool.
  ///
  /// - Parameter threads: The number of threads; nil for all that the process may use.
  /// - Throws: `EngineError` if `GLIMPSE_ISA` names an instruction set that this machine does not
  ///   have.
  public convenience init(
    _ model: Model, options: SegmentationOptions = SegmentationOptions(), threads: Int? = nil,
    precision: PrecisionChoice = .auto
  ) throws(EngineError) {
    self.init(
      model, options: options, pool: ThreadPool(threads: threads ?? Machine.availableThreads),
      kernels: try Kernels.chosen(precision))
  }

  /// Segments one image.
  public func segment(_ image: Image) throws -> SegmentationMap {
    try predict([DecodedImage(image)])[0]
  }

  /// Images are decoded at full size, as stored.
  package var decodePolicy: DecodePolicy { DecodePolicy(format: nil) }

  package func predict(_ images: [DecodedImage]) throws -> [SegmentationMap] {
    try images.map { decoded in
      var classes: [UInt8] = []
      var probabilities: [Float]? = keepsProbabilities ? [] : nil
      var confidences: [Float]? = keepsConfidences ? [] : nil
      let classCount = description.classNames.count
      try segment({ ImageRows(decoded.image) }) { strip in
        classes += strip.classes
        probabilities?.append(contentsOf: strip.probabilities)
        confidences?.append(
          contentsOf: strip.classes.enumerated().map { place, label in
            label == 0 ? 0 : strip.probabilities[place * classCount + Int(label) - 1]
          })
      }
      return SegmentationMap(
        classes: Image(
          width: decoded.image.width, height: decoded.image.height, format: .gray8,
          bytes: classes),
        probabilities: probabilities, confidences: confidences)
    }
  }

  /// Segments the rows of an image.
  ///
  /// - Parameters:
  ///   - open: Opens the image; called twice if the normalization needs statistics of the whole image.
  ///   - consume: Receives the result in strips from top to bottom.
  /// - Returns: Defects of the file that did not prevent decoding, one phrase each.
  @discardableResult
  package func segment(
    _ open: () throws -> ImageRows, into consume: (SegmentationStrip) throws -> Void
  ) throws -> [String] {
    if let imported { return try imported.segment(open(), options, into: consume) }
    let statistics = try statistics(open)
    let rows = try open()
    var windows = SlidingWindows(
      rows, horizontal: axis(rows.width, across: true, of: rows),
      vertical: axis(rows.height, across: false, of: rows), statistics: statistics, segmenter: self)
    while let strip = try windows.next() { try consume(strip) }
    return rows.warnings
  }

  /// The statistics of an image in the network's channels; without pixels if they are not needed.
  private func statistics(_ open: () throws -> ImageRows) throws -> PixelStatistics {
    let normalization = runner.normalization
    let rows = try open()
    var statistics = PixelStatistics(
      PixelFormat(channels: normalization.channels, bitDepth: rows.format.bitDepth))
    if normalization.perImage != nil {
      let clock = ContinuousClock()
      let start = clock.now
      while rows.rowsRead < rows.height {
        let strip = try rows.next(Self.statisticsRows).asInput(channels: normalization.channels)
        strip.bytes.withUnsafeBytes { statistics.add($0) }
      }
      runner.times.preprocess += (clock.now - start) / .seconds(1)
    }
    return statistics
  }

  private static let statisticsRows = 64

  /// The windows along one side of an image.
  private func axis(_ side: Int, across isAcross: Bool, of rows: ImageRows) -> WindowAxis {
    func padded(_ side: Int) -> Int {
      (side + InputSize.step - 1) / InputSize.step * InputSize.step
    }
    let extent = (options.window ?? description.imageSize).largest
    let isWhole =
      options.window == nil && padded(rows.width) * padded(rows.height) <= Self.wholePixels
    let length = padded(side)
    // Rows beyond the lower edge mirror rows that a window of at least two units holds.
    let window = max(isAcross ? extent.width : extent.height, 2 * InputSize.step)
    return WindowAxis(
      length: length, window: isWhole ? length : min(window, length), overlap: options.overlap)
  }
}
