import Basics
import Datasets
import Evaluation
import Imaging
import TestSupport
import Testing

@testable import Reports

/// The page of a training run.
@Suite struct TrainingReportTests {
  private static let nasty = "<script>alert('a & b')</script>"

  /// Results of two losses and two metrics; the second epoch was not validated.
  private func results(epochs: Int) -> Table {
    var table = Table(
      [
        "epoch", "time", "train/box_loss", "train/cls_loss", "val/box_loss", "val/cls_loss",
        "metrics/mAP50", "metrics/mAP50-95", "lr",
      ].map { .numbers($0) })
    for epoch in 1...epochs {
      let value = 1 / Double(epoch)
      let isValidated = epoch != 2
      func validated(_ number: Double) -> Table.Value { isValidated ? .decimal(number) : .missing }
      table.add([
        .integer(epoch), .decimal(Double(epoch) * 10), .decimal(value), .decimal(value * 2),
        validated(value), validated(.nan), validated(0.5), validated(0.25), .decimal(0.0005),
      ])
    }
    return table
  }

  private func report(
    epochs: Int, bestEpoch: Int? = nil, evaluation: TrainingReport.BestWeights? = nil,
    augmented: [AnnotatedThumbnail] = []
  ) -> TrainingReport {
    var settings = Table(["setting", "value", "default"].map { .words($0) })
    settings.add(["epochs", "\(epochs)", "100"])
    return TrainingReport(
      name: Self.nasty, facts: [("data", Self.nasty)], results: results(epochs: epochs),
      epochs: 4, bestEpoch: bestEpoch, settings: settings,
      runFacts: Table(facts: ["threads": .integer(2)]), splits: [], augmented: augmented,
      evaluation: evaluation, seed: 3)
  }

  private func page(_ report: TrainingReport) -> PageReader {
    let page = PageReader(report.html { _ in nil })
    #expect(page.issue == nil)
    return page
  }

  @Test func curvesAreDrawn() {
    let page = page(report(epochs: 3, bestEpoch: 3))
    #expect(page.all("h1").map(\.text) == [Self.nasty])
    #expect(page.all("h2").map(\.text) == ["Curves", "Settings and speed"])
    let charts = page.all("svg").compactMap { $0.attributes["aria-label"] }
    #expect(
      charts == ["box", "cls"].map { "Loss: \($0) over the epochs" }
        + ["Metrics", "Learning rate"].map { "\($0) over the epochs" })
    // Box has both curves; the val losses of cls are not numbers. Each chart has the best epoch.
    let curves = page.all("path").compactMap { $0.attributes["class"] }
    #expect(curves.filter { $0 == "curve guide" }.count == 4)
    #expect(curves.filter { $0 == "curve series-1" }.count == 4)
    #expect(curves.filter { $0 == "curve series-2" }.count == 2)
    let tiles = zip(page.all("dt"), page.all("dd").filter { $0.attributes["class"] == nil })
    #expect(
      tiles.map { "\($0.text) \($1.text)" } == [
        "mAP50 0.500", "mAP50-95 0.250", "Best epoch 3", "Epochs 3",
      ])
    #expect(page.elements.contains { $0.text == "of 4, stopped early" })
  }

  /// A path of one point is invisible: it is a circle.
  @Test func oneEpochIsVisible() {
    let page = page(report(epochs: 1))
    #expect(page.all("circle").count == 6)
    #expect(!page.all("path").contains { $0.attributes["class"] == "curve guide" })
    #expect(page.all("svg").count == 4)
  }

  /// The chart of a loss is not flattened by the warm-up: of 20 epochs, the first two may be cut.
  @Test func domainsFollowTheLaterEpochs() {
    let steep = (1...20).map { (x: Double($0), y: $0 <= 2 ? 100 : 2 - Double($0) / 20) }
    // The largest later value is 1.85, twice that 3.7; the lowest 1; the margin 0.05 x 2.7.
    let domain = TrainingCurveSection.lossDomain([steep])
    #expect(abs(domain.lowerBound - 0.865) < 1e-9 && abs(domain.upperBound - 3.835) < 1e-9)
    let flat = TrainingCurveSection.lossDomain([[(1, 0), (2, 0)]])
    #expect(flat.lowerBound == 0 && flat.upperBound > 0)
    #expect(TrainingCurveSection.metricDomain([[(1, 0.7)]]) == 0...1)
    #expect(TrainingCurveSection.metricDomain([[(1, 0)]]) == 0...0.01)
    #expect(TrainingCurveSection.metricDomain([[(1, 40)]]) == 0...40)
  }

  @Test func smallTicksHaveExponents() {
    #expect(
      [0, 0.001, 0.0005, 0.00015, 2e-5, 1e-7].map(TrainingCurveSection.tick) == [
        "0", "0.001", "0.0005", "1.5e-4", "2e-5", "1e-7",
      ])
  }

  /// Twelve of twenty images, the same for the same seed; each with its objects and predictions.
  @Test func predictionsAreBesideGroundTruth() throws {
    let folder = try TestFolder()
    let image = Image(width: 40, height: 30, filledWith: 90)
    var input = EvaluationInput(classNames: ["cat", Self.nasty])
    for number in 0..<20 {
      let path = "\(folder.path)/i\(number).png"
      try ImageFile.write(image, to: path)
      let box = Box(x1: 5, y1: 5, x2: 25, y2: 20)
      input.append(
        image: path, annotations: [Annotation(box: box, classIndex: number % 2)],
        detections: [
          Detection(box: box, classIndex: 1, score: 0.75),
          Detection(box: box, classIndex: 0, score: 0.01),
        ])
    }
    let names = input.imageNames
    let analysis = EvaluationAnalysis(try EvaluationResult(name: "best", input))
    let section = PredictionSection(analysis: analysis, seed: 3).markup { names[$0] }
    let page = PageReader(section.source)
    #expect(page.issue == nil)
    #expect(page.all("figure").count == 12 && page.all("image").count == 24)
    // Half of the images have an object of each class; where both scores count, so do both boxes.
    let shown = page.all("figcaption").count
    #expect(shown == 12 && Set(page.all("b").map(\.text)).count == 12)
    #expect(page.all("text").contains { $0.text.hasPrefix("cat") })
    let again = PredictionSection(analysis: analysis, seed: 3).markup { names[$0] }
    #expect(again == section)
    #expect(PredictionSection(analysis: analysis, seed: 4).markup { names[$0] } != section)
    #expect(PredictionSection(analysis: analysis, seed: 3).markup { _ in nil } == .none)

    let whole = self.page(report(epochs: 3, bestEpoch: 1, evaluation: .detection(analysis)))
    let headings = whole.all("h2").map(\.text)
    #expect(headings.contains("Evaluation of the best weights") && headings.contains("Classes"))
  }
}
