import Evaluation
import Imaging
import Testing

/// The operating curve of all classes together.
struct PooledCurveTests {
  @Test func classesCountByTheirObjects() throws {
    let box = SizedBox(x: 0, y: 0, width: 10, height: 10)
    let elsewhere = SizedBox(x: 50, y: 0, width: 10, height: 10)
    var input = EvaluationInput(imageNames: ["a", "b"], classNames: ["cat", "dog", "cow"])
    for image in 0..<2 { input.groundTruths.append(image: image, classIndex: 0, box: box) }
    input.groundTruths.append(image: 0, classIndex: 1, box: box)
    for (image, classIndex, box, score) in [
      (0, 0, box, 0.9), (0, 1, box, 0.8), (1, 2, elsewhere, 0.8), (1, 0, elsewhere, 0.3),
      (1, 0, box, 0.2),
    ] {
      input.detections.append(image: image, classIndex: classIndex, box: box, score: score)
    }
    let table = try EvaluationTable(input)
    let curves = F1Curve.curves(table, MatchTable(table))
    let pooled = F1Curve.pooled(curves)
    // Down the scores: right; right and, of the class without ground-truth objects, wrong; wrong; right.
    #expect(pooled.groundTruthCount == 3)
    #expect(pooled.points.map(\.score) == [0.9, 0.8, 0.3, 0.2])
    #expect(pooled.points.map(\.truePositives) == [1, 2, 2, 3])
    #expect(pooled.points.map(\.falsePositives) == [0, 1, 2, 2])
    // F1 is 2 right / (all detections + 3): 2/4, 4/6, 4/7, 6/8.
    #expect(pooled.best?.score == 0.2 && pooled.best?.f1 == 0.75)
    #expect(F1Curve.pooled([]).best == nil)
    // The cow has no ground truth and is left out. Down the scores, the cat's F1 is 2/3 from 0.9 on, 2/4
    // from 0.3, 4/5 from 0.2; the dog's is 1 from 0.8. From 0.2 on: precision (2/3 + 1) / 2.
    let best = F1Curve.meanBest(curves)
    #expect(abs(best.precision - 5.0 / 6) < 1e-12 && best.recall == 1)
    #expect(F1Curve.meanBest([]) == (.infinity, 0, 0))
  }
}
