/// Collects the candidates of an image while the outputs of a detector are decoded.
package struct CandidateCollector {
  /// The score threshold.
  package let confidence: Float
  private let classes: Set<Int>?
  private let isMultiLabel: Bool
  package private(set) var found: [DetectionCandidate] = []

  /// - Parameters:
  ///   - classes: The classes to consider; nil for all.
  ///   - isMultiLabel: Whether a box is a candidate for every class above the threshold, instead of
  ///     only for its highest-scoring class.
  package init(confidence: Float, classes: Set<Int>? = nil, isMultiLabel: Bool = false) {
    (self.confidence, self.classes, self.isMultiLabel) = (confidence, classes, isMultiLabel)
  }

  /// Adds a box for the classes whose scores are above the threshold.
  ///
  /// - Parameters:
  ///   - values: `count` values of classes, from `start` on, `step` apart.
  ///   - score: The score of a value; never less for a larger one.
  ///   - box: The corners x1, y1, x2, y2 in pixels of the input.
  package mutating func add(
    _ values: [Float], from start: Int, count: Int, step: Int = 1, score: (Float) -> Double,
    box: () -> SIMD4<Double>
  ) {
    guard count > 0, start >= 0, start + (count - 1) * step < values.count else { return }
    // Decoded once for all classes.
    var corners: SIMD4<Double>?
    func cached() -> SIMD4<Double> {
      let result = corners ?? box()
      corners = result
      return result
    }
    var best: (index: Int, value: Float)?
    for index in 0..<count {
      let value = values[start + index * step]
      if let best, !isMultiLabel, !(value > best.value) { continue }
      if let classes, !classes.contains(index) { continue }
      guard !isMultiLabel else {
        add(index, score(value), cached)
        continue
      }
      if !value.isNaN { best = (index, value) }
    }
    if let best { add(best.index, score(best.value), box) }
  }

  /// Adds a box of one class.
  package mutating func add(_ classIndex: Int, _ score: Double, _ box: () -> SIMD4<Double>) {
    guard Float(score) >= confidence, classes?.contains(classIndex) ?? true else { return }
    let corners = box()
    guard (0..<4).allSatisfy({ corners[$0].isFinite }) else { return }
    found.append(
      DetectionCandidate(box: corners, classIndex: classIndex, score: Float(min(score, 1))))
  }
}
