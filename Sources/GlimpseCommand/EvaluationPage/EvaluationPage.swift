import Glimpse

/// The report about one run of a detector.
struct EvaluationPage: Sendable {
  let analysis: EvaluationAnalysis
  /// What was scored, in pairs of a name and a value.
  let facts: [(name: String, value: String)]
  /// The worst images; empty where none can be read.
  let gallery: [AnnotatedThumbnail]

  /// The whole file.
  var text: String {
    let page = Page(
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
      ])
    return page.text
  }
}

/// The title of a page, and what it is about.
struct PageHeader: Sendable {
  let eyebrow: String
  let title: String
  let facts: [(name: String, value: String)]

  var markup: Markup {
    .element(
      "header", [:],
      .element("p", ["class": "eyebrow"], Markup(eyebrow)),
      .element("h1", [:], Markup(title)),
      .element(
        "ul", ["class": "facts"],
        facts.map { fact in
          .element("li", [:], Markup(fact.name + " "), .element("b", [:], Markup(fact.value)))
        }))
  }
}

/// How the numbers are defined.
struct PageFooter: Sendable {
  let options: BootstrapOptions?

  var markup: Markup {
    var sentences = [
      "AP is COCO's average precision: the mean precision over recall, over IoU 0.50 to 0.95 in "
        + "steps of 0.05 unless another IoU is named, and over the classes that have objects. AR is "
        + "the recall after all detections. At most 100 detections an image and class count.",
      "Small objects have up to 32², medium ones up to 96² square pixels. Crowds and objects that "
        + "are marked difficult are not counted.",
      "Errors are split as in TIDE (Bolya et al. 2020), at IoU 0.5; what an error costs is the AP "
        + "that mending all errors of its kind, and nothing else, would give.",
    ]
    if let options {
      sentences.append(
        "Ranges hold \(PageNumber.percent(options.confidence)) of \(options.draws) draws of the "
          + "images with repetition (seed \(options.seed)): where the number would lie on other "
          + "images of the same kind.")
    }
    sentences.append("Made by Glimpse \(glimpseVersion).")
    return .element("footer", [:], sentences.map { .element("p", [:], Markup($0)) })
  }
}
