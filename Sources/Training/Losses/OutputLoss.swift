import Engine
import Loading
import Networks

/// The loss of one output, in two passes over its pixels: the first writes the probabilities into
/// the memory of the gradient and sums up what the losses need, the second turns probabilities into
/// the gradient.
struct OutputLoss {
  let loss: SegmentationLoss
  let labels: OutputLabels
  let logits: View
  let gradient: View
  /// The weight of this output.
  let factor: Double

  private var mix: SegmentationLossMix { loss.mix }
  private var isSoftmax: Bool { loss.head.activation == .softmax }
  private var channels: Int { logits.shape.c }

  /// Pixels per task, independent of the number of threads.
  private static let pixelsPerTask = 16 * ActivatedPixels.capacity
  private var tasksPerImage: Int {
    (labels.pixels + Self.pixelsPerTask - 1) / Self.pixelsPerTask
  }

  private func pixels(of task: Int) -> Range<Int> {
    let (image, part) = task.quotientAndRemainder(dividingBy: tasksPerImage)
    let first = part * Self.pixelsPerTask
    return image * labels.pixels + first..<image * labels.pixels
      + min(first + Self.pixelsPerTask, labels.pixels)
  }

  func evaluate(_ pool: ThreadPool) -> (values: [Double], labeled: Int) {
    precondition(
      channels == loss.head.channels(classCount: loss.classCount) && logits.isDense
        && gradient.isDense && gradient.shape == logits.shape,
      "an output of \(logits.shape) does not fit \(loss.classCount) classes")
    let parts = pool.map(labels.count * tasksPerImage) { sums(of: pixels(of: $0)) }
    let images = (0..<labels.count).map { image in
      parts[image * tasksPerImage..<(image + 1) * tasksPerImage].reduce(
        PixelSums(channels: channels), +)
    }
    let total = images.reduce(PixelSums(channels: channels), +)
    let regions = regionLosses(images, total)
    let lovasz = mix.contains(.lovasz) ? lovaszLoss(images, pool) : nil
    let slopes = PixelSlopes(
      crossEntropy: scale(mix.weight(of: .crossEntropy, .binaryCrossEntropy), total),
      focal: scale(mix.weight(of: .focal), total), region: regions.slopes,
      lovasz: lovasz?.slopes)
    pool.run(labels.count * tasksPerImage) { writeGradient(of: pixels(of: $0), slopes) }
    let values = mix.terms.map { term in
      let value =
        switch term.kind {
        case .crossEntropy, .binaryCrossEntropy: total.crossEntropy * mean(total)
        case .focal: total.focal * mean(total)
        case .dice, .samplewiseDice, .tversky: regions.values[term.kind] ?? 0
        case .lovasz: lovasz?.value ?? 0
        }
      return factor * term.weight * value
    }
    return (values, total.labeled)
  }

  /// The factor of a sum over pixels in their mean.
  private func mean(_ total: PixelSums) -> Double {
    total.weight > 0 ? 1 / (total.weight * (isSoftmax ? 1 : Double(channels))) : 0
  }

  private func scale(_ weight: Double, _ total: PixelSums) -> Float {
    Float(factor * weight * mean(total))
  }

  // MARK: First pass

  /// Writes the probabilities of some pixels into the gradient and sums up their losses.
  private func sums(of range: Range<Int>) -> PixelSums {
    var result = PixelSums(channels: channels)
    let usesFocal = mix.contains(.focal)
    withUnsafeTemporaryAllocation(
      of: Float.self, capacity: ActivatedPixels.memory(channels: channels)
    ) { memory in
      let block = ActivatedPixels(loss.head.activation, channels: channels, memory: memory)
      for first in stride(
        from: range.lowerBound, to: range.upperBound, by: ActivatedPixels.capacity)
      {
        let count = min(ActivatedPixels.capacity, range.upperBound - first)
        let source = logits.data + first * channels
        block.activate(source, count: count, output: gradient.data + first * channels)
        add(block, first, count, source, usesFocal: usesFocal, to: &result)
      }
    }
    return result
  }

  private func add(
    _ block: ActivatedPixels, _ first: Int, _ count: Int, _ logits: UnsafePointer<Float>,
    usesFocal: Bool, to result: inout PixelSums
  ) {
    let (probabilities, logarithms) = (block.probabilities, block.logarithms)
    let capacity = ActivatedPixels.capacity
    result.regions.withUnsafeMutableBufferPointer { regions in
      for pixel in 0..<count {
        let label = Int(labels.values[first + pixel])
        guard label != Int(ClassMasks.ignored) else { continue }
        precondition(label <= loss.classCount, "label \(label) has no class")
        let weight = self.weight(first + pixel, label)
        result.labeled += 1
        result.weight += Double(weight)
        let own = isSoftmax ? label : label - 1
        for channel in 0..<channels {
          regions[channel].probability += Double(probabilities[channel * capacity + pixel])
        }
        if own >= 0 {
          regions[own].target += 1
          regions[own].intersection += Double(probabilities[own * capacity + pixel])
        }
        if isSoftmax {
          let value = logarithms[pixel] - logits[pixel * channels + own]
          result.crossEntropy += Double(weight * value)
          if usesFocal {
            let rest = 1 - probabilities[own * capacity + pixel]
            result.focal += Double(weight * rest * rest * value)
          }
        } else {
          for channel in 0..<channels {
            let isOwn = channel == own
            let softplus = logarithms[channel * capacity + pixel]
            let value = isOwn ? softplus - logits[pixel * channels + channel] : softplus
            result.crossEntropy += Double(weight * value)
            if usesFocal {
              let probability = probabilities[channel * capacity + pixel]
              let rest = isOwn ? 1 - probability : probability
              result.focal += Double(weight * rest * rest * value)
            }
          }
        }
      }
    }
  }

  /// The weight of a pixel in means.
  @inline(__always)
  private func weight(_ pixel: Int, _ label: Int) -> Float {
    (loss.classWeights?[label] ?? 1) * (labels.weights?[pixel] ?? 1)
  }

  // MARK: Losses over regions

  /// The losses of Dice and Tversky, and for each image the derivatives with respect to
  /// probabilities: those of background pixels for all channels, then those of the class's own.
  private func regionLosses(
    _ images: [PixelSums], _ total: PixelSums
  ) -> (values: [SegmentationLossMix.Kind: Double], slopes: [Float]) {
    let classes = (isSoftmax ? 1 : 0)..<channels
    var values: [SegmentationLossMix.Kind: Double] = [:]
    var slopes = [Double](repeating: 0, count: images.count * 2 * channels)
    for term in mix.terms {
      let index: RegionIndex
      switch term.kind {
      case .dice, .samplewiseDice: index = .dice
      case .tversky: index = .tversky
      default: continue
      }
      let isPerImage = term.kind == .samplewiseDice
      let share = 1 / Double(classes.count) / (isPerImage ? Double(images.count) : 1)
      let sums = isPerImage ? images : [total]
      var value = 0.0
      for image in images.indices {
        for channel in classes {
          let found = index.loss(sums[isPerImage ? image : 0].regions[channel])
          if isPerImage || image == 0 { value += share * found.value }
          let place = image * 2 * channels + channel
          slopes[place] += factor * term.weight * share * found.background
          slopes[place + channels] += factor * term.weight * share * found.region
        }
      }
      values[term.kind] = value
    }
    return (values, slopes.map { Float($0) })
  }

  /// The Lovász extension of each image and class; its derivatives with respect to the probabilities
  /// of a softmax, or to the logits of a sigmoid.
  private func lovaszLoss(
    _ images: [PixelSums], _ pool: ThreadPool
  ) -> (value: Double, slopes: [Float]) {
    var slopes = [Float](repeating: 0, count: logits.shape.count)
    let weight = factor * mix.weight(of: .lovasz)
    let values = slopes.withUnsafeMutableBufferPointer { slopes in
      pool.map(images.count) { image -> Double in
        var lovasz = LovaszExtension()
        let regions = images[image].regions
        let classes = (0..<channels).filter { !isSoftmax || regions[$0].target > 0 }
        let share = 1 / Double(max(classes.count, 1) * images.count)
        let first = image * labels.pixels
        var value = 0.0
        for channel in classes {
          let label = UInt8(isSoftmax ? channel : channel + 1)
          let source = (isSoftmax ? gradient.data : logits.data) + first * channels + channel
          lovasz.evaluate(
            count: labels.pixels, foreground: Int(regions[channel].target),
            error: { pixel in
              let found = labels.values[first + pixel]
              guard found != ClassMasks.ignored else { return nil }
              let (number, belongs) = (source[pixel * channels], found == label)
              if isSoftmax { return (belongs ? 1 - number : number, belongs) }
              return (belongs ? 1 - number : 1 + number, belongs)
            },
            visit: { pixel, error, slope, belongs in
              // The hinge is 0 where the error is negative.
              guard isSoftmax || error > 0 else { return }
              value += share * slope * Double(error)
              slopes[(first + pixel) * channels + channel] = Float(
                weight * share * (belongs ? -slope : slope))
            })
        }
        return value
      }
    }
    return (values.reduce(0, +), slopes)
  }

  // MARK: Second pass

  /// Turns the probabilities of some pixels into the gradient.
  private func writeGradient(of range: Range<Int>, _ slopes: PixelSlopes) {
    let image = range.lowerBound / labels.pixels
    slopes.region.withUnsafeBufferPointer { regions in
      guard let background = regions.baseAddress.map({ $0 + image * 2 * channels }) else { return }
      for pixel in range {
        let label = Int(labels.values[pixel])
        let values = gradient.data + pixel * channels
        guard label != Int(ClassMasks.ignored) else {
          values.update(repeating: 0, count: channels)
          continue
        }
        let weight = self.weight(pixel, label)
        if isSoftmax {
          softmaxGradient(values, label, weight, slopes, background, pixel)
        } else {
          sigmoidGradient(values, label - 1, weight, slopes, background, pixel)
        }
      }
    }
  }

  /// dL/dz_k = p_k (g_k - sum_j g_j p_j) + m (p_k - t_k), with the derivatives g of the losses over
  /// regions with respect to probabilities, and the factor m of cross-entropy.
  @inline(__always)
  private func softmaxGradient(
    _ values: UnsafeMutablePointer<Float>, _ own: Int, _ weight: Float, _ slopes: PixelSlopes,
    _ background: UnsafePointer<Float>, _ pixel: Int
  ) {
    let factor = weight * slopes.factor(probability: values[own])
    @inline(__always) func slope(_ channel: Int) -> Float {
      background[channel == own ? channels + channel : channel]
        + (slopes.lovasz.map { $0[pixel * channels + channel] } ?? 0)
    }
    var mean: Float = 0
    for channel in 0..<channels { mean += slope(channel) * values[channel] }
    for channel in 0..<channels {
      let p = values[channel]
      values[channel] =
        p * (slope(channel) - mean) + factor * (channel == own ? p - 1 : p)
    }
  }

  /// dL/dz = p (1 - p) g + m (p - t) for each channel; the hinge's derivative is one of the logit.
  @inline(__always)
  private func sigmoidGradient(
    _ values: UnsafeMutablePointer<Float>, _ own: Int, _ weight: Float, _ slopes: PixelSlopes,
    _ background: UnsafePointer<Float>, _ pixel: Int
  ) {
    for channel in 0..<channels {
      let (p, isOwn) = (values[channel], channel == own)
      let slope = background[isOwn ? channels + channel : channel]
      let factor = weight * slopes.factor(probability: isOwn ? p : 1 - p)
      values[channel] =
        p * (1 - p) * slope + factor * (isOwn ? p - 1 : p)
        + (slopes.lovasz.map { $0[pixel * channels + channel] } ?? 0)
    }
  }
}
