import Basics
import Evaluation

/// The HTML report of one result.
public struct EvaluationReport: Sendable {
  /// The HTML page.
  public let html: String

  /// Reads the worst images and makes the page.
  ///
  /// - Parameters:
  ///   - facts: Names and values for the header, such as the dataset.
  ///   - imagePath: The path of an image by its index; nil if it is unknown.
  public init(
    _ analysis: EvaluationAnalysis, facts: [(name: String, value: String)] = [],
    imagePath: (_ image: Int) -> String? = { _ in nil }
  ) {
    html =
      Page(
        title: "Evaluation of \(analysis.shortName)", eyebrow: "Evaluation",
        heading: analysis.shortName, facts: facts,
        content: Self.sections(analysis, imagePath: imagePath),
        footer: Self.definitions(analysis.bootstrap?.options, analysis.result.parameters)
      ).text
  }

  /// The sections of one result. Each is one file and one line here.
  static func sections(
    _ analysis: EvaluationAnalysis, imagePath: (_ image: Int) -> String?
  ) -> [Markup] {
    [
      SummarySection(analysis: analysis).markup,
      ErrorSection(analysis: analysis).markup,
      CurveSection(analysis: analysis).markup,
      ConfidenceSection(analysis: analysis).markup,
      ClassSection(analysis: analysis).markup,
      ConfusionSection(analysis: analysis).markup,
      SizeSection(report: analysis.report).markup,
      CalibrationSection(analysis: analysis).markup,
      GallerySection(analysis: analysis).markup(path: imagePath),
    ]
  }

  /// The definitions of the metrics.
  static func definitions(
    _ options: BootstrapOptions?, _ parameters: EvaluationParameters
  ) -> [String] {
    let ious = parameters.iouThresholds
    let isCOCOs = ious == EvaluationParameters.cocoThresholds
    let thresholds =
      isCOCOs
      ? "0.50 to 0.95 in steps of 0.05 unless another IoU is given"
      : ious.map { NumberFormat.fixed($0, 3) }.joined(separator: ", ")
    let areas = parameters.areaRanges.dropFirst().map { range in
      "\(range.name) \(range.lower.optionText)"
        + (range.upper < EvaluationParameters.AreaRange.all.upper
          ? " to \(range.upper.optionText)" : " and more")
    }
    let sentences = [
      "AP is COCO's average precision: the mean precision over recall, over IoU \(thresholds), and "
        + "over the classes with ground truth. AR is the recall after all detections. At most "
        + "\(parameters.largestLimit) detections per image and class are used.",
      (Array(parameters.areaRanges.dropFirst()) == EvaluationParameters.cocoAreas
        ? "Small objects are below 32², medium ones below 96² square pixels."
        : "Areas in square pixels: \(areas.joined(separator: ", ")).")
        + " Crowds and difficult objects are ignored.",
      "Error types as in TIDE (Bolya et al. 2020), at IoU 0.5. The cost of an error type is the AP "
        + "gained if all errors of the type, and no others, were corrected.",
    ]
    guard let options else { return sentences }
    return sentences + [
      "\(PageNumber.percent(options.confidence)) bootstrap confidence intervals from "
        + "\(options.resamples) resamples of the images (seed \(options.seed))."
    ]
  }
}
