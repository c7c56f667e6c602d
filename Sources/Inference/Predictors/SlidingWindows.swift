import Engine
import Imaging
import Networks

/// Moves windows over an image row by row, and blends their probabilities.
///
/// In memory are the rows of one row of windows: of the image, and of the sums of its probabilities.
/// Sums are added in the order of the windows, so that results depend neither on the batch size nor on
/// the number of threads.
struct SlidingWindows {
  private let rows: ImageRows
  private let horizontal: WindowAxis
  private let vertical: WindowAxis
  private let scaling: SampleScaling
  private let displayRange: ClosedRange<Double>
  private let segmenter: Segmenter
  private let channels: Int
  private var band: ImageBand
  /// The weighted sums of the rows in memory: rows, pixels, channels.
  private var sums: [Float]
  /// The next row of windows.
  private var index = 0

  /// A window and how it is mirrored.
  private struct Pass {
    let x: Int
    let isMirrored: Bool
    let isUpsideDown: Bool
  }

  init(
    _ rows: ImageRows, horizontal: WindowAxis, vertical: WindowAxis, statistics: PixelStatistics,
    segmenter: Segmenter
  ) {
    self.rows = rows
    (self.horizontal, self.vertical) = (horizontal, vertical)
    self.segmenter = segmenter
    scaling = segmenter.runner.normalization.scaling(of: statistics)
    displayRange = statistics.displayRange
    band = ImageBand(of: rows)
    channels = segmenter.head.channels(
      classCount: segmenter.description.classNames.count)
    sums = [Float](repeating: 0, count: vertical.window * horizontal.length * channels)
  }

  /// The rows that no further window covers; nil at the end of the image.
  mutating func next() throws -> SegmentationStrip? {
    guard index < vertical.starts.count else { return nil }
    let top = vertical.starts[index]
    try band.read(to: top + vertical.window, from: rows)
    try addWindows(top)
    index += 1
    let end = index < vertical.starts.count ? vertical.starts[index] : band.height
    let strip = finished(top..<min(end, band.height))
    band.drop(above: end)
    dropSums(of: end - top)
    return strip
  }

  /// Runs a row of windows and adds their probabilities to the sums.
  private mutating func addWindows(_ top: Int) throws {
    let passes = horizontal.starts.flatMap { x in
      (segmenter.options.augments ? [false, true] : [false]).flatMap { isUpsideDown in
        (segmenter.options.augments ? [false, true] : [false]).map {
          Pass(x: x, isMirrored: $0, isUpsideDown: isUpsideDown)
        }
      }
    }
    let runner = segmenter.runner
    let format = runner.normalization.channels
    for first in stride(from: 0, to: passes.count, by: segmenter.options.batch) {
      let batch = Array(passes[first..<min(first + segmenter.options.batch, passes.count)])
      let shape = Shape(
        n: batch.count, h: vertical.window, w: horizontal.window, c: runner.normalization.channels)
      let (band, scaling) = (band, scaling)
      _ = try runner.run(shape) { place, input in
        let pass = batch[place]
        let window = band.window(
          x: pass.x, y: top, width: horizontal.window, height: vertical.window)
        scaling.fill(window.asInput(channels: format), into: input)
        input.mirror(shape, horizontally: pass.isMirrored, vertically: pass.isUpsideDown)
      } inspect: { outputs in
        for (place, pass) in batch.enumerated() { add(outputs[0], place, pass) }
        segmenter.onOutputs(
          outputs,
          batch.map {
            PixelRegion(x: $0.x, y: top, width: horizontal.window, height: vertical.window)
          })
      } read: { _, _ in
      }
    }
  }

  /// Adds the probabilities of one window, weighted.
  private mutating func add(_ output: View, _ place: Int, _ pass: Pass) {
    precondition(
      output.shape.h == vertical.window && output.shape.w == horizontal.window
        && output.shape.c == channels,
      "an output of \(output.shape) does not cover windows of "
        + "\(vertical.window)x\(horizontal.window) with \(channels) channels")
    let (height, width, channels) = (vertical.window, horizontal.window, channels)
    let logits = output.image(place)
    let share: Float = segmenter.options.augments ? 0.25 : 1
    let isSoftmax = segmenter.head.activation == .softmax
    let (across, down) = (horizontal.weights, vertical.weights)
    let length = horizontal.length
    let pool = segmenter.runner.pool
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      nonisolated(unsafe) let logits = logits
      pool.run(height) { row in
        let source = (pass.isUpsideDown ? height - 1 - row : row) * width
        let target = (row * length + pass.x) * channels
        let weight = down[row] * share
        for x in 0..<width {
          let from = (source + (pass.isMirrored ? width - 1 - x : x)) * channels
          let to = target + x * channels
          let scale = weight * across[x]
          if isSoftmax {
            Probabilities.addSoftmax(
              UnsafeMutableBufferPointer(rebasing: logits[from..<from + channels]),
              times: scale, to: UnsafeMutableBufferPointer(rebasing: sums[to..<to + channels]))
          } else {
            for channel in 0..<channels {
              sums[to + channel] += scale * Probabilities.sigmoid(logits[from + channel])
            }
          }
        }
      }
    }
  }

  /// The result of rows whose sums are complete.
  private func finished(_ range: Range<Int>) -> SegmentationStrip {
    let (width, channels) = (band.width, channels)
    let isSoftmax = segmenter.head.activation == .softmax
    let classCount = isSoftmax ? channels - 1 : channels
    let threshold = segmenter.options.threshold
    var classes = [UInt8](repeating: 0, count: range.count * width)
    var probabilities = [Float](repeating: 0, count: classes.count * classCount)
    let (sums, across, down) = (sums, horizontal.scales, vertical.scales)
    let length = horizontal.length
    classes.withUnsafeMutableBufferPointer { classes in
      probabilities.withUnsafeMutableBufferPointer { probabilities in
        sums.withUnsafeBufferPointer { sums in
          nonisolated(unsafe) let (classes, probabilities, sums) = (classes, probabilities, sums)
          segmenter.runner.pool.run(range.count) { row in
            for x in 0..<width {
              let from = (row * length + x) * channels
              let scale = down[range.lowerBound + row] * across[x]
              let pixel = row * width + x
              // Background of a softmax; the threshold of independent classes.
              var best = isSoftmax ? sums[from] * scale : threshold
              var label: UInt8 = 0
              for index in 0..<classCount {
                let value = sums[from + index + channels - classCount] * scale
                probabilities[pixel * classCount + index] = value
                if value > best { (best, label) = (value, UInt8(index + 1)) }
              }
              classes[pixel] = label
            }
          }
        }
      }
    }
    return SegmentationStrip(
      firstRow: range.lowerBound, image: band.rows(range), classes: classes,
      probabilities: probabilities, displayRange: displayRange)
  }

  /// Moves the sums up by a number of rows.
  private mutating func dropSums(of rowCount: Int) {
    let dropped = min(rowCount * horizontal.length * channels, sums.count)
    sums.withUnsafeMutableBufferPointer { sums in
      guard let base = sums.baseAddress else { return }
      let kept = sums.count - dropped
      base.update(from: base + dropped, count: kept)
      (base + kept).update(repeating: 0, count: dropped)
    }
  }
}

extension PixelStatistics {
  /// The range of samples to show: nearly all of them, or that of the type without any.
  fileprivate var displayRange: ClosedRange<Double> {
    guard pixelCount > 0 else { return 0...Double(1 << format.bitDepth - 1) }
    let low = (0..<format.channels).map { percentile(0.2, channel: $0) }.min() ?? 0
    let high = (0..<format.channels).map { percentile(99.8, channel: $0) }.max() ?? 0
    return low...max(low, high)
  }
}
