import Basics
import Datasets
import Evaluation

/// The HTML report of a training run.
package struct TrainingReport: Sendable {
  /// The name of the run.
  package let name: String
  /// Names and values for the header, such as the dataset.
  package let facts: [(name: String, value: String)]
  /// The columns of `results.csv`, one row per epoch.
  package let results: Table
  /// The number of epochs that were planned.
  package let epochs: Int
  /// The epoch of the best weights, from 1; nil if nothing was validated.
  package let bestEpoch: Int?
  /// The settings that differ from the defaults.
  package let settings: Table
  /// Names and values: time, speed and machine.
  package let runFacts: Table
  /// The splits train and, if there is one, val.
  package let splits: [Dataset]
  /// The first training images with their targets.
  package let augmented: [AnnotatedThumbnail]
  /// The evaluation of the best weights; nil if there is none.
  package let evaluation: BestWeights?
  /// Selects the validation images that are shown.
  package let seed: UInt64

  /// An evaluation on the val split.
  package enum BestWeights: Sendable {
    case detection(EvaluationAnalysis)
    case segmentation(SegmentationEvaluation, SegmentationBootstrap)
  }

  /// Makes a report of a run's parts.
  package init(
    name: String, facts: [(name: String, value: String)], results: Table, epochs: Int,
    bestEpoch: Int?, settings: Table, runFacts: Table, splits: [Dataset],
    augmented: [AnnotatedThumbnail], evaluation: BestWeights?, seed: UInt64
  ) {
    (self.name, self.facts, self.results, self.epochs) = (name, facts, results, epochs)
    (self.bestEpoch, self.settings, self.runFacts) = (bestEpoch, settings, runFacts)
    (self.splits, self.augmented, self.evaluation) = (splits, augmented, evaluation)
    self.seed = seed
  }

  /// Reads the images of the val split that are shown, and makes the page.
  ///
  /// - Parameter imagePath: The path of an evaluated image by its index; nil if it is unknown.
  package func html(imagePath: (_ image: Int) -> String?) -> String {
    Page(
      title: "Training \(name)", eyebrow: "Training", heading: name, facts: facts,
      content: [
        tiles,
        TrainingCurveSection(results: results, bestEpoch: bestEpoch).markup,
        settingsSection,
        ClassBalanceSection(
          splits: splits.map { ($0.split, DatasetStatistics([$0])) },
          classNames: splits.first?.classNames ?? []
        ).markup,
        AugmentedSection(images: augmented).markup,
      ]
        + evaluationSections(imagePath), footer: definitions
    ).text
  }

  private func evaluationSections(_ imagePath: (_ image: Int) -> String?) -> [Markup] {
    switch evaluation {
    case .detection(let analysis):
      [
        PredictionSection(analysis: analysis, seed: seed).markup(path: imagePath),
        evaluationHead(imageCount: analysis.table.imageNames.count),
      ] + EvaluationReport.sections(analysis, imagePath: imagePath)
    case .segmentation(let evaluation, let bootstrap):
      [evaluationHead(imageCount: evaluation.metrics.images.count)]
        + SegmentationReport.sections(evaluation, bootstrap: bootstrap)
    case nil: []
    }
  }

  private var definitions: [String] {
    switch evaluation {
    case .detection(let analysis):
      EvaluationReport.definitions(analysis.bootstrap?.options, analysis.result.parameters)
    case .segmentation(_, let bootstrap): SegmentationReport.definitions(bootstrap.options)
    case nil: []
    }
  }

  /// The metrics of the best epoch, and the number of epochs.
  private var tiles: Markup {
    let columns = TrainingColumns(results)
    let best = bestEpoch.flatMap { columns.row(ofEpoch: $0) }
    let metrics = columns.metrics.compactMap { metric in
      best.map {
        (
          name: metric.name,
          value: columns.value(metric.key, inRow: $0).map(PageNumber.fraction) ?? "–",
          note: ["precision", "recall"].contains(metric.name)
            ? "mean of classes" : metric.name == "object_f1_50" ? "mean of images" : ""
        )
      }
    }
    let count = results.rows.count
    return Page.tiles(
      metrics
        + (bestEpoch.map { [("Best epoch", "\($0)", "")] } ?? [])
        + [("Epochs", "\(count)", count < epochs ? "of \(epochs), stopped early" : "")])
  }

  private var settingsSection: Markup {
    let changes =
      settings.rows.isEmpty
      ? Markup.element("p", ["class": "note"], "All settings have their defaults.")
      : Page.table(settings)
    return Page.section(
      "Settings and speed", "",
      Page.cards([
        Page.card("Settings that differ from the defaults", changes),
        Page.card("Time and machine", Page.table(runFacts)),
      ]))
  }

  private func evaluationHead(imageCount: Int) -> Markup {
    Page.section(
      "Evaluation of the best weights",
      "On the \(Sentence.count(imageCount, "image")) of the val split, as "
        + "“glimpse evaluate” does. These images selected the weights: on a test split that had no "
        + "such part, expect somewhat lower values.")
  }
}
