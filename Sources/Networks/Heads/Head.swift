/// The task of a model.
package enum ModelTask: String, CaseIterable, Hashable, Sendable {
  /// Boxes with a class and a score.
  case detection
  /// A class per pixel.
  case segmentation
  /// A class per image.
  case classification

  /// The number of classes for benchmarks without weights: COCO's, one foreground class,
  /// ImageNet's.
  package var benchmarkClassCount: Int {
    switch self {
    case .detection: 80
    case .segmentation: 1
    case .classification: 1000
    }
  }
}

/// The output format of a network.
///
/// Predictors and losses depend only on the head, not on how the network was built.
package enum Head: Hashable, Sendable {
  /// Encoded boxes and class logits at anchor points, one output per stride.
  case detection(DetectionHead)
  /// Logits per pixel.
  case segmentation(SegmentationHead)
  /// One output n, 1, 1, classes: logits per image.
  case classification
  /// Outputs of a network of another program, which its recipe decodes.
  case imported(ModelTask)

  package var task: ModelTask {
    switch self {
    case .detection: .detection
    case .segmentation: .segmentation
    case .classification: .classification
    case .imported(let task): task
    }
  }

  /// The same head with a number of outputs of reduced size; only segmentation has such outputs.
  package func with(auxiliaryOutputs: Int) -> Head {
    guard case .segmentation(var head) = self else { return self }
    head.auxiliaryOutputs = auxiliaryOutputs
    return .segmentation(head)
  }

  /// The number of channels of each output, from the first on, that only matter where the others have a
  /// candidate: those of the boxes, if they have no objectness.
  package var deferredChannels: Int {
    guard case .detection(let head) = self, !head.hasObjectness else { return 0 }
    return head.boxEncoding.count
  }

  /// The number of class logits at each place: the classes, and the background of a softmax over
  /// pixels.
  package func logitCount(classCount: Int) -> Int {
    guard case .segmentation(let head) = self else { return classCount }
    return head.channels(classCount: classCount)
  }
}

/// The output format of an anchor-free detector.
///
/// One output n, h, w, channels per stride. The channels are the encoded box, an optional
/// objectness logit, and a logit per class. Classes are independent (sigmoid, not softmax).
package struct DetectionHead: Hashable, Sendable {
  /// The stride of each output: input pixels between neighboring anchor points.
  package var strides: [Int]
  package var boxEncoding: BoxEncoding
  /// True if there is an objectness logit; scores are then class probability times objectness.
  package var hasObjectness: Bool

  package init(strides: [Int], boxEncoding: BoxEncoding = .yolox, hasObjectness: Bool = false) {
    precondition(!strides.isEmpty, "a detection head has at least one stride")
    self.strides = strides
    self.boxEncoding = boxEncoding
    self.hasObjectness = hasObjectness
  }

  /// The columns and rows of a level whose anchor points lie inside the input, of which one side is
  /// `length` pixels. The last one lies outside where a stride does not divide the side.
  package static func anchorPoints(along length: Int, stride: Int) -> Int {
    // (count - 0.5) * stride < length.
    (2 * length + stride - 1) / (2 * stride)
  }

  /// The channel of the first class logit.
  package var classOffset: Int { boxEncoding.count + (hasObjectness ? 1 : 0) }
}

extension Head {
  /// The form in the metadata of weights files: `detection yolox 8,16,32`, optionally followed by
  /// `objectness`; `segmentation softmax`, optionally followed by `auxiliary 2`; `classification`.
  package var text: String {
    switch self {
    case .detection(let head):
      let strides = head.strides.map(String.init).joined(separator: ",")
      return "\(task.rawValue) \(head.boxEncoding.rawValue) \(strides)"
        + (head.hasObjectness ? " objectness" : "")
    case .segmentation(let head):
      return ([task.rawValue] + head.words).joined(separator: " ")
    case .classification: return task.rawValue
    case .imported(let task): return "imported \(task.rawValue)"
    }
  }

  /// Parses the form of `text`; nil if it is invalid.
  package init?(text: String) {
    let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    switch ModelTask(rawValue: words[0]) {
    case .segmentation:
      guard let head = SegmentationHead(words: Array(words.dropFirst())) else { return nil }
      self = .segmentation(head)
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
