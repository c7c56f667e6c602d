import Foundation
import Imaging
import Testing

@testable import Evaluation

/// Segmentation metrics against scikit-learn 1.9.1 and scipy 1.17.1: Golden/make_segmentation.py.
struct SegmentationMetricsTests {
  private struct Plane: Decodable {
    var width: Int
    var height: Int
    var truth: String
    var found: String

    func image(_ text: String) -> Image {
      Image(
        width: width, height: height, format: .gray8,
        bytes: text.utf8.map { $0 == UInt8(ascii: "#") ? 255 : $0 - UInt8(ascii: "0") })
    }
  }
  private struct Expected: Decodable {
    var confusion: [Int]
    var iou: [Double?]
    var classDice: [Double?]
    var dice: Double
    var meanIoU: Double
    var meanIoUWithBackground: Double
    var meanImageDice: Double
    var imageDice: [Double]
    var pixelAccuracy: Double
    var frequencyWeightedIoU: Double
    var objects: [Int]
    var matched: [Int]
    var objectF1: [Double]
    var boundaryF1: Double?
    var hausdorff95: Double?
    var undefined: Int
  }
  private struct Case: Decodable {
    var classes: Int
    var images: [Plane]
    var expected: Expected
  }

  private let cases: [Case]

  init() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/segmentation.json")
    cases = try JSONDecoder().decode([Case].self, from: Data(contentsOf: path))
  }

  private func metrics(of item: Case) -> SegmentationMetrics {
    var metrics = SegmentationMetrics(classNames: (1...item.classes).map { "class \($0)" })
    for (number, plane) in item.images.enumerated() {
      metrics.add(
        "\(number)", groundTruth: plane.image(plane.truth), predicted: plane.image(plane.found))
    }
    return metrics
  }

  private func isClose(_ value: Double?, _ expected: Double?) -> Bool {
    guard let value, let expected else { return value == nil && expected == nil }
    return abs(value - expected) < 1e-12
  }

  @Test func pixelMetricsAreThoseOfScikitLearn() {
    #expect(cases.count == 7)
    for item in cases {
      let (metrics, expected) = (metrics(of: item), item.expected)
      #expect(metrics.confusion == expected.confusion)
      #expect(isClose(metrics.dice, expected.dice))
      #expect(isClose(metrics.meanIoU, expected.meanIoU))
      #expect(isClose(metrics.meanIoUWithBackground, expected.meanIoUWithBackground))
      #expect(isClose(metrics.meanImageDice, expected.meanImageDice))
      #expect(isClose(metrics.pixelAccuracy, expected.pixelAccuracy))
      #expect(isClose(metrics.frequencyWeightedIoU, expected.frequencyWeightedIoU))
      let classes = metrics.totals.classes.dropFirst()
      #expect(zip(classes, expected.iou).allSatisfy { isClose($0.iou, $1) })
      #expect(zip(classes, expected.classDice).allSatisfy { isClose($0.pooledDice, $1) })
      #expect(zip(metrics.images, expected.imageDice).allSatisfy { isClose($0.dice, $1) })
    }
  }

  @Test func objectMetricsAreThoseOfSciPysLabels() {
    for item in cases {
      let (metrics, expected) = (metrics(of: item), item.expected)
      #expect([metrics.objects.groundTruth, metrics.objects.predicted] == expected.objects)
      #expect(metrics.objects.matched == expected.matched)
      for threshold in 0..<10 {
        #expect(isClose(metrics.meanObjectRates(threshold).f1, expected.objectF1[threshold]))
      }
      #expect(metrics.objectF1 == metrics.meanObjectRates(0).f1)
    }
    #expect(cases.contains { $0.expected.matched[0] > 20 && $0.expected.matched[9] < 10 })
  }

  @Test func boundaryMetricsAreThoseOfSciPysDistances() {
    for item in cases {
      let (metrics, expected) = (metrics(of: item), item.expected)
      #expect(isClose(metrics.boundaryF1, expected.boundaryF1))
      #expect(isClose(metrics.hausdorff95, expected.hausdorff95))
      #expect(metrics.undefinedDistances == expected.undefined)
    }
    #expect(cases.contains { $0.expected.undefined > 0 })
  }

  private func plane(_ rows: [UInt8]...) -> Image {
    Image(
      width: rows[0].count, height: rows.count, format: .gray8, bytes: rows.flatMap(\.self))
  }

  /// By hand: object A (2 pixels) is found exactly, B (3 pixels) with IoU 2 / 4 = 0.5, which is not
  /// above 0.5; the third prediction lies in ignored pixels.
  @Test func objectsMatchAboveTheThreshold() {
    var metrics = SegmentationMetrics(classNames: ["cell"])
    metrics.add(
      "a",
      groundTruth: plane([1, 1, 0, 255, 255], [0, 0, 0, 0, 0], [1, 1, 1, 0, 0]),
      predicted: plane([1, 1, 0, 1, 1], [0, 0, 0, 0, 0], [0, 1, 1, 1, 0]))
    #expect(metrics.objects.groundTruth == 2)
    #expect(metrics.objects.predicted == 2)
    #expect(metrics.objects.matched == [Int](repeating: 1, count: 10))
    #expect(metrics.objectF1 == 0.5)
    // 4 of 5 + 5 pixels are common: 2 * 4 / 10.
    #expect(metrics.dice == 0.8)
    // 13 pixels count, and 2 are wrong.
    #expect(metrics.pixelAccuracy == 11.0 / 13)
  }

  @Test func emptyMasksAreCorrect() {
    var metrics = SegmentationMetrics(classNames: ["cell"])
    #expect(metrics.dice == nil)
    #expect(metrics.objectF1 == nil)
    let empty = plane([0, 0], [0, 0])
    metrics.add("empty", groundTruth: empty, predicted: empty)
    #expect(metrics.dice == 1)
    #expect(metrics.meanImageDice == 1)
    #expect(metrics.objectF1 == 1)
    #expect(metrics.hausdorff95 == nil)
    #expect(metrics.undefinedDistances == 0)
    metrics.add("false positive", groundTruth: empty, predicted: plane([0, 1], [0, 0]))
    #expect(metrics.dice == 0)
    #expect(metrics.meanImageDice == 0.5)
    #expect(metrics.objectF1 == 0.5)
    #expect(metrics.undefinedDistances == 1)
  }

  /// A predicted 255 is no class: it counts as background.
  @Test func aPredictionCannotIgnorePixels() {
    var metrics = SegmentationMetrics(classNames: ["cell"])
    metrics.add("a", groundTruth: plane([1, 1, 0, 0]), predicted: plane([1, 255, 255, 0]))
    #expect(metrics.pixelAccuracy == 0.75)
    #expect(metrics.dice == 2.0 / 3)
  }

  /// Distances across an image, where the search of a row gives up for the envelope: one predicted
  /// pixel at the left, a column of single pixels at the right.
  @Test func farBoundariesAreMeasured() {
    let (width, height) = (200, 100)
    var truth = Image(width: width, height: height, format: .gray8)
    var found = truth
    for y in 0..<height {
      for x in stride(from: 100, to: width, by: 2) { truth.bytes[y * width + x] = 1 }
    }
    found.bytes[50 * width] = 1
    var metrics = SegmentationMetrics(classNames: ["line"])
    metrics.add("a", groundTruth: truth, predicted: found)
    // By brute force over all pairs: each true pixel is a boundary pixel.
    let distances = truth.bytes.indices.filter { truth.bytes[$0] == 1 }
      .map { hypot(Double($0 % width), Double($0 / width - 50)) }.sorted()
    let place = 0.95 * Double(distances.count - 1)
    let expected =
      distances[Int(place)] + (place - place.rounded(.down))
      * (distances[Int(place) + 1] - distances[Int(place)])
    #expect(isClose(metrics.hausdorff95, expected))
    #expect(metrics.boundaryF1 == 0)
  }

  @Test func partsAreLeftOutOnRequest() {
    var metrics = SegmentationMetrics(
      classNames: ["cell"],
      options: SegmentationMetricOptions(measuresObjects: false, measuresBoundaries: false))
    metrics.add("a", groundTruth: plane([1, 0]), predicted: plane([1, 0]))
    #expect(metrics.dice == 1)
    #expect(metrics.objectF1 == nil)
    #expect(metrics.boundaryF1 == nil)
    #expect(metrics.hausdorff95 == nil)
  }
}

struct SegmentationBootstrapTests {
  private func metrics(_ pairs: [([UInt8], [UInt8])]) -> SegmentationMetrics {
    var metrics = SegmentationMetrics(classNames: ["cell"])
    for (number, pair) in pairs.enumerated() {
      func plane(_ values: [UInt8]) -> Image {
        Image(width: values.count, height: 1, format: .gray8, bytes: values)
      }
      metrics.add("\(number)", groundTruth: plane(pair.0), predicted: plane(pair.1))
    }
    return metrics
  }

  @Test func equalImagesHaveNoSpread() {
    let pair: ([UInt8], [UInt8]) = ([1, 1, 0, 0], [1, 0, 0, 0])
    let bootstrap = SegmentationBootstrap(
      metrics([pair, pair, pair]), options: BootstrapOptions(resamples: 20))
    for interval in [bootstrap.dice, bootstrap.classDice[0], bootstrap.meanImageDice] {
      #expect(abs(interval.value - 2.0 / 3) < 1e-12)
      #expect(abs(interval.lower - interval.upper) < 1e-12)
    }
    #expect(bootstrap.pixelAccuracy.value == 0.75)
  }

  /// Two images, one perfect and one without any match: resamples are 0, 1 or the whole, so that the
  /// interval is from 0 to 1.
  @Test func differentImagesSpread() {
    let bootstrap = SegmentationBootstrap(
      metrics([([1, 0], [1, 0]), ([1, 0], [0, 1])]), options: BootstrapOptions(resamples: 200))
    #expect(bootstrap.dice.value == 0.5)
    #expect(bootstrap.dice.lower == 0)
    #expect(bootstrap.dice.upper == 1)
    #expect(bootstrap.objectF1.value == 0.5)
  }

  @Test func unmeasuredMetricsHaveNone() {
    var metrics = SegmentationMetrics(
      classNames: ["cell"],
      options: SegmentationMetricOptions(measuresObjects: false, measuresBoundaries: false))
    let plane = Image(width: 1, height: 1, format: .gray8, bytes: [1])
    metrics.add("a", groundTruth: plane, predicted: plane)
    let bootstrap = SegmentationBootstrap(metrics, options: BootstrapOptions(resamples: 10))
    #expect(bootstrap.objectF1.value == -1)
    #expect(bootstrap.boundaryF1.value == -1)
    #expect(bootstrap.dice.value == 1)
    #expect(metrics.numbers.map(\.key).contains("object_f1_50") == false)
  }
}
