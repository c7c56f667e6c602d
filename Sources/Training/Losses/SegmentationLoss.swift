import Engine
import Loading

/// Binary cross-entropy of each class at each pixel; classes are not mutually exclusive.
///
/// The mean over all logits of the pixels that are not ignored: the target of a pixel's own class
/// is 1, that of every other class 0. Source: PyTorch `torch.nn.BCEWithLogitsLoss`.
struct SegmentationLoss: Loss, Hashable {
  let classCount: Int
  var termNames: [String] { ["bce"] }

  /// `outputs` is one view n x h x w x `classCount` of the size of the label maps.
  func evaluate(
    outputs: [View], targets: Targets, gradients: [View], pool: ThreadPool
  ) -> LossTerms {
    guard case .labelMaps(let maps) = targets, outputs.count == 1, gradients.count == 1 else {
      preconditionFailure("a segmentation loss compares one output with label maps")
    }
    let (logits, gradient) = (outputs[0], gradients[0])
    precondition(
      logits.shape == Shape(n: maps.count, h: maps.height, w: maps.width, c: classCount)
        && logits.isDense && gradient.isDense,
      "an output of \(logits.shape) does not fit \(classCount) classes and \(maps.count) label maps "
        + "of \(maps.width)x\(maps.height)")
    let labeled = maps.values.count { $0 != ClassMasks.ignored }
    let scale = 1 / Double(max(labeled, 1) * classCount)
    let sums = pool.map(maps.count) { image in
      evaluate(logits, gradient, image: image, maps: maps, scale: scale)
    }
    return LossTerms(terms: [NamedValue("bce", sums.reduce(0, +) * scale)], sampleCount: labeled)
  }

  /// The sum of one image's cross-entropies.
  private func evaluate(
    _ logits: View, _ gradient: View, image: Int, maps: ClassMasks, scale: Double
  ) -> Double {
    let pixels = maps.height * maps.width
    var (loss, first) = (0.0, image * pixels)
    let last = first + pixels
    maps.values.withUnsafeBufferPointer { labels in
      while first < last {
        // A run of pixels that are either all ignored or all counted.
        let isIgnored = labels[first] == ClassMasks.ignored
        var end = first + 1
        while end < last, (labels[end] == ClassMasks.ignored) == isIgnored { end += 1 }
        let count = (end - first) * classCount
        if isIgnored {
          (gradient.data + first * classCount).update(repeating: 0, count: count)
        } else {
          loss += BinaryCrossEntropy.zeroTargets(
            logits: logits.data + first * classCount, count: count, scale: Float(scale),
            gradient: gradient.data + first * classCount)
          for pixel in first..<end where labels[pixel] != ClassMasks.background {
            let classIndex = Int(labels[pixel]) - 1
            precondition(classIndex < classCount, "label \(labels[pixel]) has no class")
            let place = pixel * classCount + classIndex
            let (value, slope) = BinaryCrossEntropy.correction(logit: logits.data[place], target: 1)
            gradient.data[place] = Float(slope * scale)
            loss += value
          }
        }
        first = end
      }
    }
    return loss
  }
}
