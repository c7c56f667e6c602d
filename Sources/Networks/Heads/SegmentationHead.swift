/// The output format of a segmentation network: logits per pixel.
///
/// The first output is n, h, w, channels at the size of the input, or smaller where convolutions
/// are not padded. Further outputs exist for training only (deep supervision) and have half of the
/// height and width, a quarter, and so on.
package struct SegmentationHead: Hashable, Sendable {
  /// How logits become probabilities.
  package enum Activation: String, CaseIterable, Hashable, Sendable {
    /// One channel per class, each on its own: binary masks, and masks that may overlap.
    case sigmoid
    /// One channel per class after that of the background, channel 0: each pixel has one class.
    case softmax
  }

  package var activation: Activation
  /// The number of outputs of reduced size, for training.
  package var auxiliaryOutputs: Int

  /// The largest number of auxiliary outputs.
  package static let maximumAuxiliaryOutputs = 3

  package init(_ activation: Activation, auxiliaryOutputs: Int = 0) {
    precondition(
      (0...Self.maximumAuxiliaryOutputs).contains(auxiliaryOutputs),
      "a segmentation head has at most \(Self.maximumAuxiliaryOutputs) auxiliary outputs")
    self.activation = activation
    self.auxiliaryOutputs = auxiliaryOutputs
  }

  /// The usual head: sigmoid for one class, softmax for several.
  package init(classCount: Int) {
    self.init(classCount == 1 ? .sigmoid : .softmax)
  }

  /// The number of channels of each output.
  package func channels(classCount: Int) -> Int {
    activation == .softmax ? classCount + 1 : classCount
  }
}

extension SegmentationHead {
  /// The form in the metadata of weights files, after the name of the task: `sigmoid` or `softmax`,
  /// and `auxiliary 2` where there are auxiliary outputs.
  var words: [String] {
    [activation.rawValue] + (auxiliaryOutputs > 0 ? ["auxiliary", "\(auxiliaryOutputs)"] : [])
  }

  /// Parses the form of `words`; none at all are a sigmoid, as in files of older versions.
  init?(words: [String]) {
    guard let first = words.first else {
      self.init(.sigmoid)
      return
    }
    guard let activation = Activation(rawValue: first) else { return nil }
    switch words.count {
    case 1: self.init(activation)
    case 3:
      guard words[1] == "auxiliary", let count = Int(words[2]),
        (1...Self.maximumAuxiliaryOutputs).contains(count)
      else { return nil }
      self.init(activation, auxiliaryOutputs: count)
    default: return nil
    }
  }
}
