@testable import Basics
import Imaging
import TestSupport
import Testing

@testable import Evaluation

/// Intervals: resamples are exact evaluations, and the arithmetic around them holds.
struct BootstrapTests {
  /// Random boxes with scores that all differ; `quality` is how near detections are to ground-truth objects.
  private func input(images: Int, classes: Int, seed: UInt64, quality: Double) -> EvaluationInput {
    var state = seed
    func random() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 33) / Double(1 << 31)
    }
    var input = EvaluationInput(
      imageNames: (0..<images).map { "image \($0)" },
      classNames: (0..<classes).map { "class \($0)" })
    for image in 0..<images {
      for _ in 0..<Int(random() * 6) {
        let classIndex = Int(random() * Double(classes))
        let box = SizedBox(
          x: random() * 300, y: random() * 300, width: 20 + random() * 80,
          height: 20 + random() * 80)
        input.groundTruths.append(
          image: image, classIndex: classIndex, box: box,
          traits: random() < 0.1 ? .crowd : random() < 0.1 ? .ignored : [])
        for _ in 0..<Int(random() * 3) {
          let off = (1 - quality) * (random() - 0.5) * 60
          input.detections.append(
            image: image,
            classIndex: random() < 0.9 ? classIndex : Int(random() * Double(classes)),
            box: SizedBox(x: box.x + off, y: box.y, width: box.width, height: box.height),
            score: random())
        }
      }
    }
    return input
  }

  /// The dataset in which image i occurs `counts[i]` times, written out.
  private func repeated(_ input: EvaluationInput, _ counts: [Int32]) -> EvaluationInput {
    var result = EvaluationInput(
      imageNames: counts.indices.flatMap { image in
        (0..<counts[image]).map { "image \(image), copy \($0)" }
      }, classNames: input.classNames)
    var first = 0
    for (image, count) in counts.enumerated() {
      for copy in first..<first + Int(count) {
        for row in 0..<input.groundTruths.count where Int(input.groundTruths.images[row]) == image {
          result.groundTruths.append(
            image: copy, classIndex: Int(input.groundTruths.classes[row]),
            box: input.groundTruths.boxes[row], traits: input.groundTruths.traits[row])
        }
        for row in 0..<input.detections.count where Int(input.detections.images[row]) == image {
          result.detections.append(
            image: copy, classIndex: Int(input.detections.classes[row]),
            box: input.detections.boxes[row], score: input.detections.scores[row])
        }
      }
      first += Int(count)
    }
    return result
  }

  private func precision(_ input: EvaluationInput) throws -> BootstrapAP {
    let table = try EvaluationTable(input)
    return BootstrapAP(table, MatchTable(table), tasks: .serial)
  }

  /// The reference is the metric itself, on the images written out as often as they were drawn.
  @Test(arguments: 0..<12)
  func aDrawEqualsTheDataSetWrittenOut(number: Int) throws {
    let input = input(images: 17, classes: 3, seed: UInt64(number), quality: 0.7)
    let counts = BootstrapOptions(seed: 99).counts(imageCount: 17, number: number)
    #expect(counts.reduce(0, +) == 17)
    let sample = try precision(input).sample(counts)
    let report = try EvaluationResult(name: "", repeated(input, counts)).report
    #expect(sample.ap == report.ap && sample.ap50 == report.ap50)
    #expect(sample.classes.map(\.ap) == report.classes.map(\.ap))
    #expect(sample.classes.map(\.ap50) == report.classes.map(\.ap50))
    #expect(sample.ap > 0, "an AP of 0 on both sides says nothing")
  }

  @Test(.enabled(if: Fixtures.arePresent, "the COCO fixtures are not beside the package"))
  func eachImageOnceIsTheReport() throws {
    let groundTruths = try Fixtures.read(
      GroundTruthFile.self, "val2014_100/instances_val2014_100.json")
    let results = try Fixtures.read(
      [ResultBox].self, "val2014_100/instances_val2014_fakebbox100_results.json")
    var inputs = [groundTruths.input(with: results)]
    for number in 1...40 {
      let folder = "cases/case_" + (number < 10 ? "0" : "") + "\(number)"
      inputs.append(
        try Fixtures.read(GroundTruthFile.self, folder + "/gt.json").input(
          with: Fixtures.read([ResultBox].self, folder + "/dt.json")))
    }
    for input in inputs {
      let report = try EvaluationResult(name: "", input).report
      let once = try precision(input).sample([Int32](repeating: 1, count: input.imageNames.count))
      #expect(once.ap == report.ap && once.ap50 == report.ap50)
      #expect(once.classes.map(\.ap) == report.classes.map(\.ap))
      #expect(once.classes.map(\.ap50) == report.classes.map(\.ap50))
    }
  }

  @Test func intervalsRepeatAndEnclose() throws {
    let table = try EvaluationTable(input(images: 40, classes: 2, seed: 5, quality: 0.6))
    let matches = MatchTable(table)
    let options = BootstrapOptions(resamples: 200, seed: 3)
    let one = Bootstrap(table, matches, options: options)
    let other = Bootstrap(table, matches, options: options, tasks: ReversedExecutor())
    #expect(one.ap == other.ap && one.classes.map(\.ap) == other.classes.map(\.ap))
    #expect(one.ap.lower < one.ap.value && one.ap.value < one.ap.upper)
    #expect(one.ap50.lower < one.ap50.value && one.ap50.value < one.ap50.upper)
    var narrow = options
    narrow.confidence = 0.5
    let half = Bootstrap(table, matches, options: narrow)
    #expect(one.ap.lower < half.ap.lower && half.ap.upper < one.ap.upper)
    var reseeded = options
    reseeded.seed = 4
    #expect(Bootstrap(table, matches, options: reseeded).ap != one.ap)
  }

  /// numpy.percentile([1, 2, 3, 4, 10], [10, 90]) is [1.4, 7.6].
  @Test func percentilesAreInterpolated() {
    let interval = Interval(3, resamples: [10, 3, 1, 2, 4], confidence: 0.8)
    #expect(abs(interval.lower - 1.4) < 1e-12 && abs(interval.upper - 7.6) < 1e-12)
  }

  /// The spread of a mean of n numbers that are 0 or 1: sqrt(p (1 - p) / n) is 0.05 for 100 images
  /// of which half are found, and 95 % lie within 1.96 of it.
  @Test func theSpreadIsThatOfTheImages() throws {
    var input = EvaluationInput(
      imageNames: (0..<100).map { "\($0)" }, classNames: ["cat"])
    for image in 0..<100 {
      let box = SizedBox(x: 0, y: 0, width: 10, height: 10)
      input.groundTruths.append(image: image, classIndex: 0, box: box)
      if image % 2 == 0 {
        input.detections.append(image: image, classIndex: 0, box: box, score: 0.5)
      }
    }
    let table = try EvaluationTable(input)
    let ap = Bootstrap(table, MatchTable(table)).ap50
    // Precision is 1 up to recall 0.5; recall points come in steps of 0.01.
    #expect(abs(ap.value - 0.505) < 0.005)
    #expect(abs((ap.upper - ap.lower) - 2 * 1.96 * 0.05) < 0.025)
  }

  @Test func pairsFallOutOfTheDifference() throws {
    let results = try [0.3, 0.9].map {
      try EvaluationResult(name: "", input(images: 60, classes: 2, seed: 8, quality: $0))
    }
    let options = BootstrapOptions(resamples: 300, seed: 1)
    let gain = try PairedBootstrap(results[0], results[1], options: options)
    #expect(gain.ap.interval.lower > 0)
    // No resample is on the other side: 2 * 1 / 301.
    #expect(gain.ap.p == 2.0 / 301)
    let loss = try PairedBootstrap(results[1], results[0], options: options)
    #expect(loss.ap.interval.value == -gain.ap.interval.value)
    #expect(abs(loss.ap.interval.upper + gain.ap.interval.lower) < 1e-12)
    let same = try PairedBootstrap(results[0], results[0], options: options)
    #expect(same.ap.interval.lower == 0 && same.ap.interval.upper == 0 && same.ap.p == 1)
    #expect(same.classes.count == 2)
    let fewer = try EvaluationResult(
      name: "", input(images: 59, classes: 2, seed: 8, quality: 0.3))
    #expect(throws: EvaluationError.self) {
      try PairedBootstrap(results[0], fewer, options: options)
    }
  }
}
