/// What a model predicts.
package enum ModelTask: String, CaseIterable, Hashable, Sendable {
  /// Boxes with a class and a score.
  case detection
  /// A class per pixel.
  case segmentation
  /// A class per image.
  case classification

  /// The classes of a network without weights: those of COCO, one of foreground, those of ImageNet.
  package var benchmarkClassCount: Int {
    switch self {
    case .detection: 80
    case .segmentation: 1
    case .classification: 1000
    }
  }
}

/// What the outputs of a network mean.
///
/// Data, not a type per network: whatever built the network, a predictor and a loss follow from it.
package enum Head: Hashable, Sendable {
  /// Encoded boxes and class logits at anchor points, one output per stride.
  case detection(DetectionHead)
  /// One output n, h, w, classes: logits per pixel, at the size of the input.
  case segmentation
  /// One output n, 1, 1, classes: logits per image.
  case classification

  package var task: ModelTask {
    switch self {
    case .detection: .detection
    case .segmentation: .segmentation
    case .classification: .classification
    }
  }
}

/// The outputs of an anchor-point detector.
///
/// One output n, h, w, channels per stride; the channels are the encoded box, an objectness logit
/// where there is one, and a logit per class. Each class is an independent yes or no.
package struct DetectionHead: Hashable, Sendable {
  /// Input pixels between neighboring anchor points, per output.
  package var strides: [Int]
  package var boxEncoding: BoxEncoding
  /// True where the score of a class is its probability times that of an object.
  package var hasObjectness: Bool

  package init(strides: [Int], boxEncoding: BoxEncoding = .yolox, hasObjectness: Bool = false) {
    precondition(!strides.isEmpty, "a detection head has at least one stride")
    self.strides = strides
    self.boxEncoding = boxEncoding
    self.hasObjectness = hasObjectness
  }

  /// Channels before the first class logit.
  package var classOffset: Int { boxEncoding.count + (hasObjectness ? 1 : 0) }
}

extension Head {
  /// The form in a file's metadata: `detection yolox 8,16,32`, with a last word `objectness` where
  /// there is one; else the task's name.
  package var text: String {
    guard case .detection(let head) = self else { return task.rawValue }
    let strides = head.strides.map(String.init).joined(separator: ",")
    return "\(task.rawValue) \(head.boxEncoding.rawValue) \(strides)"
      + (head.hasObjectness ? " objectness" : "")
  }

  /// Reads what `text` wrote; nil for anything else.
  package init?(text: String) {
    let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    switch ModelTask(rawValue: words[0]) {
    case .segmentation where words.count == 1: self = .segmentation
    case .classification where words.count == 1: self = .classification
    case .detection where words.count == 3 || words.count == 4 && words[3] == "objectness":
      guard let encoding = BoxEncoding(rawValue: words[1]) else { return nil }
      let parts = words[2].split(separator: ",", omittingEmptySubsequences: false)
      let strides = parts.compactMap { Int($0) }.filter { (1...1024).contains($0) }
      guard strides.count == parts.count, strides.count <= 16 else { return nil }
      self = .detection(
        DetectionHead(
          strides: strides, boxEncoding: encoding, hasObjectness: words.count == 4))
    default: return nil
    }
  }
}
