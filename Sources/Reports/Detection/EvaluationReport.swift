import Basics
import Evaluation

/// A page about one result.
package struct EvaluationReport: Sendable {
  let analysis: EvaluationAnalysis
  let facts: [(name: String, value: String)]
  /// Empty where no image can be read.
  let gallery: [AnnotatedThumbnail]

  /// Reads the worst images.
  ///
  /// - Parameters:
  ///   - facts: What was evaluated.
  ///   - imagePath: The path of an image by its index; nil where it is not known.
  package init(
    _ analysis: EvaluationAnalysis, facts: [(name: String, value: String)] = [],
    imagePath: (_ image: Int) -> String? = { _ in nil }
  ) {
    self.analysis = analysis
    self.facts = facts
    gallery = WorstImages(
      analysis: analysis, confidence: analysis.bestConfidence
    ).thumbnails(path: imagePath)
  }

  /// The page. A section is a file and a line here.
  package var html: String {
    Page(
      title: "Evaluation of \(analysis.shortName)",
      content: [
        PageHeader(eyebrow: "Evaluation", title: analysis.shortName, facts: facts).markup,
        SummarySection(analysis: analysis).markup,
        ErrorSection(analysis: analysis).markup,
        CurveSection(analysis: analysis).markup,
        ConfidenceSection(analysis: analysis).markup,
        ClassSection(analysis: analysis).markup,
        ConfusionSection(
          matrix: analysis.confusion, classNames: analysis.table.classNames
        ).markup,
        SizeSection(report: analysis.report).markup,
        CalibrationSection(analysis: analysis).markup,
        GallerySection(images: gallery, confidence: analysis.bestConfidence).markup,
        PageFooter(options: analysis.bootstrap?.options).markup,
      ]
    ).text
  }
}

/// The definitions of the metrics.
struct PageFooter: Sendable {
  let options: BootstrapOptions?

  var markup: Markup {
    var sentences = [
      "AP is COCO's average precision: the mean precision over recall, over IoU 0.50 to 0.95 in "
        + "steps of 0.05 unless another IoU is given, and over the classes with ground truth. AR is "
        + "the recall after all detections. At most 100 detections per image and class are used.",
      "Small objects are below 32², medium ones below 96² square pixels. Crowds and difficult objects "
        + "are ignored.",
      "Error types as in TIDE (Bolya et al. 2020), at IoU 0.5. The cost of an error type is the AP "
        + "gained if all errors of the type, and no others, were corrected.",
    ]
    if let options {
      sentences.append(
        "\(PageNumber.percent(options.confidence)) bootstrap confidence intervals from "
          + "\(options.resamples) resamples of the images (seed \(options.seed)).")
    }
    sentences.append("Made by Glimpse \(glimpseVersion).")
    return .element("footer", [:], sentences.map { .element("p", [:], Markup($0)) })
  }
}
