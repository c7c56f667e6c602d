import Datasets
import Engine
import Foundation
import Imaging
import TestSupport
import Testing

@testable import Inference
@testable import Networks

/// A predictor of another task, added with no edit elsewhere: the class of the highest logit.
private final class ToyClassifier: Predictor {
  let runner: InferenceRunner

  /// Logits are the mean of each channel, so that the class is the strongest color.
  init(threads: Int) throws {
    let spec = ModelSpec(
      name: "toy", summary: "", defaultSize: 32, preprocessing: .unit, head: .classification
    ) { input, _, _, scope in [scope["mean"].apply(AveragePool.global, input)] }
    runner = InferenceRunner(
      Model(spec, classNames: ["red", "green", "blue"], seed: 0),
      pool: ThreadPool(threads: threads), kernels: try Kernels.chosen(.f32))
  }

  func predict(_ images: [DecodedImage]) throws -> [Int] {
    let input = runner.description.inputShape(n: images.count)
    return try runner.run(input) { index, pixels in
      Letterbox(
        imageWidth: images[index].originalWidth, imageHeight: images[index].originalHeight,
        targetWidth: runner.description.imageSize.largest.width,
        targetHeight: runner.description.imageSize.largest.height
      ).fill(images[index].image.asInput, into: pixels, normalization: runner.normalization)
    } read: { index, outputs in
      let logits = outputs[0].data + index * outputs[0].stride
      return (0..<3).max { logits[$0] < logits[$1] } ?? 0
    }
  }
}

/// Keeps paths and predictions.
private final class ToySink: Sink {
  typealias Prediction = Int
  var lines: [String] = []
  var failures = 0
  var warnings = 0

  func consume(_ results: inout [ImageResult<Int>]) {
    for result in results {
      lines.append("\(result.index) \(result.prediction.map(String.init) ?? "-")")
      if result.failure != nil { failures += 1 }
      warnings += result.image?.warnings.count ?? 0
    }
  }
}

@Suite struct PipelineTests {
  private let folder: TestFolder
  private let paths: [String]
  private let colors = [2, 0, 1, 1, 0, 2, 2]

  init() throws {
    let folder = try TestFolder()
    self.folder = folder
    paths = try colors.enumerated().map { index, channel in
      let bytes = (0..<20 * 10).flatMap { _ in (0..<3).map { UInt8($0 == channel ? 255 : 0) } }
      let path = folder.path("\(index).png")
      try ImageFile.write(
        Image(width: 20, height: 10, format: .rgb8, bytes: bytes), to: path)
      return path
    }
  }

  /// Windows of max(batch, threads) images: 1, 2, 3 and 16 for 7 images.
  @Test(arguments: [(1, 1), (1, 2), (2, 3), (16, 2)])
  func anotherTaskRunsInOrder(batch: Int, threads: Int) throws {
    try folder.write("no image", to: "4.png")
    let sink = ToySink()
    var progress: [Int] = []
    let summary = try InferencePipeline(
      ToyClassifier(threads: threads), policy: DecodePolicy(), batch: batch
    ).run(paths, into: [sink], progress: { progress.append($0) })
    #expect(sink.lines == ["0 2", "1 0", "2 1", "3 1", "4 -", "5 2", "6 2"])
    #expect(sink.failures == 1)
    #expect(summary.isComplete && summary.images == 7)
    #expect(progress.allSatisfy { $0 <= max(batch, threads) } && progress.reduce(0, +) == 7)
    #expect(summary.times.decode > 0 && summary.times.network > 0)
  }

  /// Three predictors on threads of their own: the same results in the same order.
  @Test(arguments: [1, 2]) func severalPredictorsKeepTheOrder(batch: Int) throws {
    try folder.write("no image", to: "4.png")
    let sink = ToySink()
    let predictors = try (0..<3).map { _ in try ToyClassifier(threads: 1) }
    var written: [Int] = []
    let lock = NSLock()
    var pipeline = InferencePipeline(predictors, policy: DecodePolicy(), batch: batch)
    pipeline.outputs = [
      { result in
        // Pixels are there for the output files.
        #expect(result.image?.image.width == 20)
        lock.withLock { written.append(result.index) }
        if result.index == 5 { throw InferenceError("full") }
      }
    ]
    let summary = try pipeline.run(paths, into: [sink])
    #expect(sink.lines == ["0 2", "1 0", "2 1", "3 1", "4 -", "5 2", "6 2"])
    #expect(sink.failures == 2 && written.sorted() == [0, 1, 2, 3, 5, 6])
    #expect(summary.isComplete && summary.images == 7 && summary.times.network > 0)
    // What is taken is finished after a cancellation, and nothing is out of order.
    let cancelled = ToySink()
    let part = try InferencePipeline(predictors, policy: DecodePolicy(), batch: batch)
      .run(paths, into: [cancelled], until: { !cancelled.lines.isEmpty })
    #expect(part.images == cancelled.lines.count && part.images > 0)
    #expect(cancelled.lines == Array(sink.lines.prefix(part.images)))
  }

  /// An error of a sink ends the run and all threads.
  @Test func anErrorOfASinkEndsTheRun() throws {
    final class Full: Sink {
      func consume(_ results: inout [ImageResult<Int>]) throws { throw InferenceError("full") }
    }
    let predictors = try (0..<3).map { _ in try ToyClassifier(threads: 1) }
    #expect(throws: InferenceError.self) {
      try InferencePipeline(predictors, policy: DecodePolicy(), batch: 1).run(paths, into: [Full()])
    }
  }

  @Test func cancellingKeepsWhatIsDone() throws {
    let sink = ToySink()
    let summary = try InferencePipeline(
      ToyClassifier(threads: 1), policy: DecodePolicy(), batch: 2
    ).run(paths, into: [sink], until: { sink.lines.count >= 4 })
    #expect(!summary.isComplete && summary.images == 4)
    #expect(sink.lines == ["0 2", "1 0", "2 1", "3 1"])
  }

  /// Detect, evaluate and validation take their policy from the predictor.
  @Test func aTruncatedImageIsUsedWithAWarningUnlessStrict() throws {
    let whole = try ImageFile.encode(noise(width: 200, height: 160), as: .jpeg)
    try folder.write(Array(whole.prefix(whole.count * 3 / 4)), to: "half.jpg")
    for isStrict in [false, true] {
      let classifier = try ToyClassifier(threads: 1)
      let sink = ToySink()
      _ = try InferencePipeline(classifier, policy: classifier.policy(strict: isStrict), batch: 1)
        .run([folder.path("half.jpg")], into: [sink])
      #expect(sink.failures == (isStrict ? 1 : 0) && sink.warnings == (isStrict ? 0 : 1))
    }
  }

  private func noise(width: Int, height: Int) -> Image {
    let bytes = (0..<width * height * 3).map { UInt8(truncatingIfNeeded: ($0 &* 7919) >> 3) }
    return Image(width: width, height: height, format: .rgb8, bytes: bytes)
  }

  @Test func anEmptySourceIsComplete() throws {
    let summary = try InferencePipeline(
      ToyClassifier(threads: 1), policy: DecodePolicy(), batch: 2
    ).run([], into: [ToySink()])
    #expect(summary.isComplete && summary.images == 0)
  }
}
