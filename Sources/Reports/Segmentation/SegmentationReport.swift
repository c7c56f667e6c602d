import Basics
import Evaluation

/// The HTML report of segmented images.
package struct SegmentationReport: Sendable {
  /// The HTML page.
  package let html: String

  /// Makes the page.
  ///
  /// - Parameters:
  ///   - name: The name of the result, such as the weights.
  ///   - facts: Names and values for the header, such as the dataset.
  ///   - bootstrap: The confidence intervals; nil for none.
  package init(
    _ evaluation: SegmentationEvaluation, name: String,
    facts: [(name: String, value: String)] = [], bootstrap: SegmentationBootstrap? = nil
  ) {
    html =
      Page(
        title: "Evaluation of \(name)", eyebrow: "Evaluation", heading: name, facts: facts,
        content: Self.sections(evaluation, bootstrap: bootstrap),
        footer: Self.definitions(bootstrap?.options)
      ).text
  }

  /// The sections, which other reports may show, too.
  static func sections(
    _ evaluation: SegmentationEvaluation, bootstrap: SegmentationBootstrap?
  ) -> [Markup] {
    let metrics = evaluation.metrics
    return [
      SegmentationSummary(metrics: metrics, bootstrap: bootstrap).markup,
      SegmentationCharts(metrics: metrics).markup,
      SegmentationClasses(metrics: metrics, bootstrap: bootstrap).markup,
      PixelConfusionSection(metrics: metrics).markup,
      WorstSegmentations(evaluation: evaluation).markup,
    ]
  }

  /// The definitions of the metrics.
  static func definitions(_ options: BootstrapOptions?) -> [String] {
    let sentences = [
      "Dice and IoU are means over the classes that occur, each over the pixels of all images; the "
        + "background is no class. Of an image, the Dice of a class that is neither in the ground truth "
        + "nor in the prediction is 1. Ignored pixels (255 in the ground truth) count nowhere.",
      "Objects are components of 4-connected pixels of a class, matched one to one at an IoU above the "
        + "threshold. Their F1, precision and recall are means over images; F1 is 1 in images without "
        + "objects.",
      "Boundary F1 (Csurka et al. 2013) has a tolerance of 0.75 % of the image's diagonal. Hausdorff 95 "
        + "is the larger of the two 95th percentiles of the distances between the boundaries, the mean "
        + "over images and classes with pixels in both masks.",
    ]
    guard let options else { return sentences }
    return sentences + [
      "\(PageNumber.percent(options.confidence)) bootstrap confidence intervals from "
        + "\(options.resamples) resamples of the images (seed \(options.seed))."
    ]
  }
}

/// The key figures.
private struct SegmentationSummary {
  let metrics: SegmentationMetrics
  let bootstrap: SegmentationBootstrap?

  var markup: Markup {
    var tiles = [
      tile("Dice", metrics.dice, bootstrap?.dice),
      tile("Dice of images", metrics.meanImageDice, bootstrap?.meanImageDice),
      tile("mIoU", metrics.meanIoU, bootstrap?.meanIoU),
      tile("Pixel accuracy", metrics.pixelAccuracy, bootstrap?.pixelAccuracy),
    ]
    if metrics.options.measuresBoundaries {
      tiles.append(tile("Boundary F1", metrics.boundaryF1, bootstrap?.boundaryF1))
    }
    if metrics.options.measuresObjects {
      tiles.append(tile("Object F1", metrics.objectF1, bootstrap?.objectF1))
    }
    if metrics.options.measuresBoundaries {
      let left = metrics.undefinedDistances
      tiles.append(
        (
          "Hausdorff 95", metrics.hausdorff95.map { NumberFormat.fixed($0, 1) } ?? "–",
          left > 0 ? "pixels; undefined in \(left)" : "pixels"
        ))
    }
    return Page.tiles(tiles)
  }

  private func tile(
    _ name: String, _ value: Double?, _ interval: Interval?
  ) -> (name: String, value: String, note: String) {
    (name, PageNumber.fraction(value ?? -1), interval.map(PageNumber.range) ?? "")
  }
}

/// The images of the lowest Dice.
private struct WorstSegmentations {
  let evaluation: SegmentationEvaluation

  var markup: Markup {
    var gallery = ImageGrid(isWide: true)
    var hasSeveralClasses = false
    for entry in evaluation.worst {
      guard let drawn = entry.overlay.drawn else { continue }
      if let plain = entry.overlay.plain {
        gallery.add(plain, drawn, caption: entry.overlay.caption)
      } else {
        gallery.add(drawn, caption: entry.overlay.caption)
      }
    }
    if gallery.isEmpty { return .none }
    hasSeveralClasses = evaluation.metrics.classNames.count > 1
    let marks = SegmentationOverlay.Mark.allCases.filter { hasSeveralClasses || $0 != .wrongClass }
    return Page.section(
      "Worst images", "The images of the lowest Dice.",
      Page.legend(marks.map { ($0.legend, $0.rawValue) }, sample: "key"), .element("br"),
      gallery.markup)
  }
}
