import Imaging
import Testing

@testable import Evaluation

/// Examples whose results other projects publish, in their documentation or in their own tests.
@Suite struct PublishedCasesTests {
  /// The example of the README of Object-Detection-Metrics (rafaelpadilla, samples/sample_2): seven
  /// images, IoU 0.3, boxes that end at their last pixel. AP is 26.84 % with eleven points, and with
  /// every point the sum of four rectangles that it calls 24.56 %.
  @Test func theExampleOfObjectDetectionMetrics() throws {
    /// x, y, width, height of each object; score, x, y, width, height of each detection.
    let images: [(objects: [[Double]], found: [[Double]])] = [
      (
        [[25, 16, 38, 56], [129, 123, 41, 62]],
        [[0.88, 5, 67, 31, 48], [0.70, 119, 111, 40, 67], [0.80, 124, 9, 49, 67]]
      ),
      (
        [[123, 11, 43, 55], [38, 132, 59, 45]],
        [[0.71, 64, 111, 64, 58], [0.54, 26, 140, 60, 47], [0.74, 19, 18, 43, 35]]
      ),
      (
        [[16, 14, 35, 48], [123, 30, 49, 44], [99, 139, 47, 47]],
        [
          [0.18, 109, 15, 77, 39], [0.67, 86, 63, 46, 45], [0.38, 160, 62, 36, 53],
          [0.91, 105, 131, 47, 47], [0.44, 18, 148, 40, 44],
        ]
      ),
      (
        [[53, 42, 40, 52], [154, 43, 31, 34]],
        [
          [0.35, 83, 28, 28, 26], [0.78, 28, 68, 42, 67], [0.45, 87, 89, 25, 39],
          [0.14, 10, 155, 60, 26],
        ]
      ),
      (
        [[59, 31, 44, 51], [48, 128, 34, 52]],
        [
          [0.62, 50, 38, 28, 46], [0.44, 95, 11, 53, 28], [0.95, 29, 131, 72, 29],
          [0.23, 29, 163, 72, 29],
        ]
      ),
      (
        [[36, 89, 52, 76], [62, 58, 44, 67]],
        [[0.45, 43, 48, 74, 38], [0.84, 17, 155, 29, 35], [0.43, 95, 110, 25, 42]]
      ),
      (
        [[28, 31, 55, 63], [58, 67, 50, 58]], [[0.48, 16, 20, 101, 88], [0.95, 33, 116, 37, 49]]
      ),
    ]
    var input = EvaluationInput(imageNames: images.indices.map { "\($0)" }, classNames: ["object"])
    for (image, rows) in images.enumerated() {
      for row in rows.objects {
        input.groundTruths.append(image: image, classIndex: 0, box: box(row))
      }
      for row in rows.found {
        input.detections.append(
          image: image, classIndex: 0, box: box(Array(row.dropFirst())), score: row[0])
      }
    }
    input.groundTruths.includeLastPixels()
    input.detections.includeLastPixels()
    let metric = PascalMetric(try EvaluationTable(input), iou: 0.3)
    let rectangles = 1.0 / 15 + 2.0 / 3 * 1 / 15 + 3.0 / 7 * 4 / 15 + 7.0 / 23 * 1 / 15
    #expect(abs(metric.meanAP2010 - rectangles) < 1e-12)
    #expect((metric.meanAP2007 * 10_000).rounded() == 2684)
  }

  private func box(_ values: [Double]) -> SizedBox {
    SizedBox(x: values[0], y: values[1], width: values[2], height: values[3])
  }

  /// `test_from_tensors` of supervision (test/metrics/test_detection.py): nine objects found exactly,
  /// of which seven, and one, have a confidence above the threshold.
  @Test(arguments: [(0.2, [Int]()), (0.3, [62, 72]), (0.6, [39, 39, 39, 39, 56, 62, 72, 72])])
  func theConfusionMatrixOfSupervision(confidence: Double, missed: [Int]) throws {
    let rows: [(corners: [Double], score: Double, label: Int)] = [
      ([2254, 906, 2447, 1353], 0.90538, 0), ([2049, 1133, 2226, 1371], 0.59002, 56),
      ([727, 1224, 838, 1601], 0.51119, 39), ([808, 1214, 910, 1564], 0.45287, 39),
      ([6, 52, 1131, 2133], 0.45057, 72), ([299, 1225, 512, 1663], 0.45029, 39),
      ([529, 874, 645, 945], 0.31101, 39), ([8, 47, 1935, 2135], 0.28192, 72),
      ([2265, 813, 2328, 901], 0.2714, 62),
    ]
    var input = EvaluationInput(imageNames: ["0"], classNames: (0..<80).map { "\($0)" })
    for row in rows {
      input.groundTruths.append(image: 0, classIndex: row.label, box: corners(row.corners))
      input.detections.append(
        image: 0, classIndex: row.label, box: corners(row.corners), score: row.score)
    }
    let matrix = ConfusionMatrix(try EvaluationTable(input), confidence: confidence, iou: 0.5)
    for label in 0..<80 {
      let lost = missed.count { $0 == label }
      #expect(
        matrix.count(predicted: label, groundTruth: label)
          == rows.count { $0.label == label } - lost)
      #expect(matrix.count(predicted: 80, groundTruth: label) == lost)
    }
    #expect(matrix.counts.reduce(0, +) == 9)
  }

  private func corners(_ values: [Double]) -> SizedBox {
    SizedBox(
      x: values[0], y: values[1], width: values[2] - values[0], height: values[3] - values[1])
  }

  /// The fifth case of the same test: a double detection, one of the wrong class, and two where
  /// nothing is.
  @Test func theFalsePositivesOfSupervision() throws {
    var input = EvaluationInput(imageNames: ["0"], classNames: ["0", "1", "2"])
    for (row, label) in [([0.0, 0, 3, 3], 0), ([2, 2, 5, 5], 1), ([6, 1, 8, 3], 2)] {
      input.groundTruths.append(image: 0, classIndex: label, box: corners(row))
    }
    for (row, label, score) in [
      ([0.0, 0, 3, 3], 0, 0.9), ([0.1, 0.1, 3, 3], 0, 0.9), ([6, 1, 8, 3], 1, 0.8),
      ([1, 6, 2, 7], 1, 0.8), ([1, 2, 2, 4], 1, 0.8),
    ] {
      input.detections.append(image: 0, classIndex: label, box: corners(row), score: score)
    }
    let matrix = ConfusionMatrix(try EvaluationTable(input), confidence: 0.6, iou: 0.5)
    // Rows are the actual classes there, the background last.
    let expected = [[1, 0, 0, 0], [0, 0, 0, 1], [0, 1, 0, 0], [1, 2, 0, 0]]
    let found = (0..<4).map { actual in
      (0..<4).map { matrix.count(predicted: $0, groundTruth: actual) }
    }
    #expect(found == expected)
  }
}
