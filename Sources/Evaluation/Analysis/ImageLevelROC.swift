/// ROC curve of a class as an image-level classifier: does the image contain the class?
///
/// An image's score is its highest detection score of the class; images without a detection rank
/// last, tied. Images that contain the class only as crowds or ignored objects are left out.
///
/// Source: T. Fawcett, An introduction to ROC analysis, 2006.
package struct ImageLevelROC: Hashable, Sendable {
  package struct Point: Hashable, Sendable {
    package let falsePositiveRate: Double
    package let truePositiveRate: Double
  }

  /// Images with the class.
  package let positives: Int
  /// Images without the class.
  package let negatives: Int
  /// From (0, 0) to (1, 1), one point per distinct score.
  package let curve: [Point]
  /// Area under the curve, 0...1; nil without both positive and negative images.
  package let area: Double?

  package init(_ table: EvaluationTable, classIndex: Int) {
    var images: [(score: Double, isPositive: Bool)] = []
    var undetected = table.imageNames.count
    var (positives, undetectedPositives) = (0, 0)
    for number in table.pairs(ofClass: classIndex) {
      let pair = table.pairs[Int(number)]
      undetected -= 1
      let isPositive = pair.groundTruths.contains { table.groundTruths.traits[$0].isCounted }
      if !isPositive && !pair.groundTruths.isEmpty { continue }
      if isPositive { positives += 1 }
      if let highestScoring = pair.detections.first {
        images.append((table.detections.scores[highestScoring], isPositive))
      } else {
        undetected += 1
        if isPositive { undetectedPositives += 1 }
      }
    }
    images.sort { $0.score > $1.score }
    let negatives = images.count + undetected - positives
    (self.positives, self.negatives) = (positives, negatives)
    var curve = [Point(falsePositiveRate: 0, truePositiveRate: 0)]
    var (truePositives, falsePositives) = (0, 0)
    var area = 0.0
    func add(hits: Int, falseAlarms: Int) {
      // Trapezoidal rule: ties count half.
      area += Double(falseAlarms) * (Double(truePositives) + Double(hits) / 2)
      truePositives += hits
      falsePositives += falseAlarms
      curve.append(
        Point(
          falsePositiveRate: Double(falsePositives) / Double(max(negatives, 1)),
          truePositiveRate: Double(truePositives) / Double(max(positives, 1))))
    }
    var start = 0
    while start < images.count {
      let score = images[start].score
      let end = images[start...].firstIndex { $0.score < score } ?? images.count
      let hits = images[start..<end].count { $0.isPositive }
      add(hits: hits, falseAlarms: end - start - hits)
      start = end
    }
    if undetected > 0 {
      add(hits: undetectedPositives, falseAlarms: undetected - undetectedPositives)
    }
    self.curve = curve
    self.area =
      positives > 0 && negatives > 0 ? area / (Double(positives) * Double(negatives)) : nil
  }
}
