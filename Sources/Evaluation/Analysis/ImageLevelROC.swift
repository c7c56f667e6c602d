/// How well detections tell in which images a class is to be seen.
///
/// An image's score is that of its highest-scoring detection of the class; images without one come last, all
/// alike. Images that show the class only in crowds or as ignored objects are left out.
///
/// Source: T. Fawcett, An introduction to ROC analysis, 2006.
package struct ImageLevelROC: Hashable, Sendable {
  /// A threshold's place on the curve.
  package struct Point: Hashable, Sendable {
    /// Of the images without the class, the part that is taken for images with it.
    package let falsePositiveRate: Double
    /// Of the images with the class, the part that is found.
    package let truePositiveRate: Double
    /// The lowest score that is still taken; infinite at the start, where none is.
    package let score: Double
  }

  /// Images that show the class.
  package let positives: Int
  /// Images that do not.
  package let negatives: Int
  /// The curve from (0, 0) to (1, 1), a point for each different score.
  package let curve: [Point]
  /// The area under the curve, 0...1: how likely an image with the class is to score higher than one
  /// without, ties counted half. Nil where there are no images of one of both kinds.
  package let area: Double?

  /// Reckons the curve of a class.
  package init(_ table: EvaluationTable, classIndex: Int) {
    var images: [(score: Double, isPositive: Bool)] = []
    var silent = table.imageNames.count
    var (positives, silentPositives) = (0, 0)
    for number in table.pairs(ofClass: classIndex) {
      let pair = table.pairs[Int(number)]
      silent -= 1
      let isPositive = pair.groundTruths.contains { table.groundTruths.traits[$0].isEmpty }
      if !isPositive && !pair.groundTruths.isEmpty { continue }
      if isPositive { positives += 1 }
      if let highestScoring = pair.detections.first {
        images.append((table.detections.scores[highestScoring], isPositive))
      } else {
        silent += 1
        if isPositive { silentPositives += 1 }
      }
    }
    images.sort { $0.score > $1.score }
    let negatives = images.count + silent - positives
    self.positives = positives
    self.negatives = negatives
    var curve = [Point(falsePositiveRate: 0, truePositiveRate: 0, score: .infinity)]
    var (right, wrong) = (0, 0)
    var area = 0.0
    func add(_ rights: Int, _ wrongs: Int, _ score: Double) {
      // A step of a curve is a trapezoid: ties count half.
      area += Double(wrongs) * (Double(right) + Double(rights) / 2)
      right += rights
      wrong += wrongs
      curve.append(
        Point(
          falsePositiveRate: Double(wrong) / Double(max(negatives, 1)),
          truePositiveRate: Double(right) / Double(max(positives, 1)), score: score))
    }
    var start = 0
    while start < images.count {
      let score = images[start].score
      let end = images[start...].firstIndex { $0.score < score } ?? images.count
      let rights = images[start..<end].count { $0.isPositive }
      add(rights, end - start - rights, score)
      start = end
    }
    if silent > 0 { add(silentPositives, silent - silentPositives, -.infinity) }
    self.curve = curve
    self.area =
      positives > 0 && negatives > 0 ? area / (Double(positives) * Double(negatives)) : nil
  }
}
