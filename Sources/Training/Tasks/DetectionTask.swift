import Basics
import Datasets
import Engine
import Evaluation
import Imaging
import Inference
import Loading
import Networks

/// Training of detectors on boxes.
package struct DetectionTask: TrainingTask {
  private let model: ModelDescription
  private let isStrict: Bool
  package let loss: any Loss
  package let metricNames = ["precision", "recall", "mAP50", "mAP50-95"]
  package let selection = SelectionMetric(name: "mAP50-95")

  /// Objects per image of synthetic targets.
  private static let syntheticBoxes = 5

  package init(_ model: ModelDescription, _ config: TrainingConfig) {
    guard case .detection(let head) = model.head else {
      preconditionFailure("\(model.name) is not a detector")
    }
    self.model = model
    isStrict = config.strict
    loss = DetectionLoss(
      classCount: model.classNames.count, strides: head.strides,
      assigner: config.assigner, boxLoss: config.boxLoss, boxWeight: config.boxWeight,
      classWeight: config.classWeight)
  }

  package static func check(_ dataset: Dataset) throws {
    let ignored = dataset.samples.reduce(0) { $0 + $1.annotations.count(where: \.isIgnored) }
    guard dataset.annotationCount == ignored else { return }
    guard ignored == 0 else {
      throw DatasetsError(
        "\(dataset.path): there is nothing to learn, because all \(Sentence.count(ignored, "object")) "
          + "of the split \"\(dataset.split)\" are crowd regions (iscrowd 1) or marked difficult, which "
          + "are no training targets. CVAT marks brush masks as crowds: set iscrowd to 0 for single "
          + "objects")
    }
    let advice =
      switch dataset.format {
      case .folders: "; folders give the class of an image, not the places of objects"
      case .masks: "; detectors do not train on masks: give --task segment"
      default: ""
      }
    throw DatasetsError(
      "\(dataset.path): there is nothing to train on, because no object of the split "
        + "\"\(dataset.split)\" is labeled with a box\(advice)")
  }

  /// The objects and, marked as crowds, the regions that are neither target nor background.
  package func targets(of batch: Batch) -> Targets {
    .boxes(
      zip(batch.annotations, batch.ignoredRegions).map { objects, regions in
        objects + regions.map { Annotation(box: $0, classIndex: 0, isCrowd: true) }
      })
  }

  /// Random boxes of all sizes, each inside its image.
  package func syntheticTargets(count: Int, seed: UInt64) -> Targets {
    var generator = SeededGenerator(seed: seed, 1)
    let input = model.imageSize.largest
    let (side, bottom) = (Float(input.width), Float(input.height))
    return .boxes(
      (0..<count).map { _ in
        (0..<Self.syntheticBoxes).map { _ in
          let width = generator.uniform(in: 0.05 * side...0.8 * side)
          let height = generator.uniform(in: 0.05 * bottom...0.8 * bottom)
          let x = generator.uniform(in: 0...side - width)
          let y = generator.uniform(in: 0...bottom - height)
          return Annotation(
            box: Box(
              x1: Double(x), y1: Double(y), x2: Double(x + width), y2: Double(y + height)),
            classIndex: Int(generator.next() % UInt64(model.classNames.count)))
        }
      })
  }

  /// Runs the detector over all images; those that cannot be decoded count as images without
  /// detections, and not in the loss.
  package func validate(
    _ model: Model, on data: Dataset, pool: ThreadPool, kernels: Kernels,
    isInterrupted: () -> Bool, progress: (Int) -> Void
  ) throws -> ValidationResult? {
    let detector = Detector(model, options: .evaluation, pool: pool, kernels: kernels)
    var indices: [Int] = []
    var losses = MeanLosses()
    detector.onOutputs = { outputs, places, letterboxes in
      let targets = zip(places, letterboxes).map { place, letterbox in
        data.samples[indices[place]].annotations.map { object in
          var object = object
          object.box = letterbox.inputBox(object.box)
          object.isCrowd = object.isIgnored
          return object
        }
      }
      let terms = loss.value(outputs: outputs, targets: .boxes(targets), pool: pool)
      losses.add(terms, weight: targets.count)
    }
    let sink = try detections(
      of: data, detector, onBatch: { indices = $0 }, isInterrupted, progress)
    guard let sink else { return nil }
    let result = try EvaluationResult(name: data.path, sink.input, tasks: pool)
    let report = result.report
    let curves = F1Curve.curves(result.table, result.matches, tasks: pool)
    let best = F1Curve.meanBest(curves)
    let note =
      best.confidence.isFinite
      ? "precision and recall of all are means of classes, at confidence \(NumberFormat.fixed(best.confidence, 3))"
      : nil
    return ValidationResult(
      metrics: [
        NamedValue("precision", best.precision), NamedValue("recall", best.recall),
        NamedValue("mAP50", report.ap50), NamedValue("mAP50-95", report.ap),
      ], losses: losses.values, hasGroundTruth: report.groundTruthCount > 0, issues: sink.issues,
      imageCount: report.imageCount, table: Self.classTable(report, curves, best),
      tableNote: note)
  }

  /// A row per class and one of all: precision and recall at the confidence of the best mean F1, AP.
  private static func classTable(
    _ report: DetectionMetrics, _ curves: [F1Curve],
    _ best: (confidence: Double, precision: Double, recall: Double)
  ) -> Table {
    var table = Table([
      .words("class", key: "name"), .numbers("instances", key: "ground_truth"),
      .numbers("precision"), .numbers("recall"), .numbers("AP50"), .numbers("AP75"),
      .numbers("AP50-95", key: "AP"),
    ])
    for (entry, curve) in zip(report.classes, curves) {
      let point = curve.point(from: best.confidence)
      let hasObjects = curve.groundTruthCount > 0
      table.add([
        .text(entry.name), .integer(entry.groundTruthCount),
        hasObjects ? .fraction(point.precision) : .missing,
        hasObjects ? .fraction(point.recall) : .missing,
        .fraction(entry.ap50), .fraction(entry.ap75), .fraction(entry.ap),
      ])
    }
    table.summarize([
      .text("all"), .integer(report.groundTruthCount), .fraction(best.precision),
      .fraction(best.recall), .fraction(report.ap50), .fraction(report.ap75),
      .fraction(report.ap),
    ])
    return table
  }

  package func evaluation(
    named name: String, _ model: Model, on data: Dataset, pool: ThreadPool, kernels: Kernels,
    onPair: @escaping SegmentationSink.PairObserver, isInterrupted: () -> Bool,
    progress: (Int) -> Void
  ) throws -> TaskEvaluation? {
    let detector = Detector(model, options: .evaluation, pool: pool, kernels: kernels)
    return try detections(of: data, detector, isInterrupted, progress).map {
      .detection(try EvaluationResult(name: name, $0.input, tasks: pool))
    }
  }

  /// Runs a detector over all images; nil where it was interrupted.
  private func detections(
    of data: Dataset, _ detector: Detector, onBatch: @escaping ([Int]) -> Void = { _ in },
    _ isInterrupted: () -> Bool, _ progress: (Int) -> Void
  ) throws -> EvaluationSink? {
    var pipeline = InferencePipeline(
      detector, policy: detector.policy(strict: isStrict), batch: TrainingTasks.validationBatch)
    pipeline.onBatch = onBatch
    let sink = EvaluationSink(data)
    var done = 0
    let paths = data.samples.map(\.imagePath)
    let summary = try pipeline.run(paths, into: [sink], until: isInterrupted) {
      done += $0
      progress(done)
    }
    return summary.isComplete ? sink : nil
  }
}
