/// What the file of a network does not state: how it takes images and what its outputs mean.
package struct Recipe: Sendable {
  /// Decodes the outputs for an input of a height and a width in pixels.
  package typealias Decoding =
    @Sendable (
      _ outputs: [OutputTensor], _ height: Int, _ width: Int, _ collector: inout CandidateCollector
    ) -> Void

  /// What the outputs are.
  package enum Output: Sendable {
    /// Boxes with classes and scores, and the family's thresholds.
    case boxes(DetectionRule, Decoding)
    /// A value per class and pixel; with a background, that is the first class, and has no name.
    case map(hasBackground: Bool)
    /// A value per class: probabilities or logits.
    case classes
    /// Unknown: `run` shows them.
    case raw
  }

  /// The thresholds and the NMS of a family of detectors.
  package struct DetectionRule: Hashable, Sendable {
    package var confidence: Float
    /// The IoU above which a box is suppressed.
    package var iou: Double
    /// Whether boxes of different classes suppress each other.
    package var isClassAgnostic = false
    /// Whether sides are x2 - x1 + 1 where the IoU is computed, as in Fast R-CNN's code.
    package var countsEndPixels = false
    /// Whether overlapping boxes are averaged, instead of dropped.
    package var blends = false

    package init(
      confidence: Float, iou: Double, isClassAgnostic: Bool = false, countsEndPixels: Bool = false,
      blends: Bool = false
    ) {
      (self.confidence, self.iou, self.isClassAgnostic) = (confidence, iou, isClassAgnostic)
      (self.countsEndPixels, self.blends) = (countsEndPixels, blends)
    }
  }

  /// The word of `--recipe`.
  package var name = ""
  package var input: ImportedInput
  package var classNames: [String]
  package var output: Output

  package init(_ input: ImportedInput, classNames: [String], _ output: Output) {
    (self.input, self.classNames, self.output) = (input, classNames, output)
  }

  /// The task; nil where the outputs are unknown.
  package var task: ModelTask? {
    switch output {
    case .boxes: .detection
    case .map: .segmentation
    case .classes: .classification
    case .raw: nil
    }
  }
}
