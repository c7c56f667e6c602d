import Engine
import Foundation

/// A decoded box of one image before NMS.
package struct DetectionCandidate: Hashable, Sendable {
  /// Corners x1, y1, x2, y2 in input pixels.
  package let box: SIMD4<Double>
  package let classIndex: Int
  package let score: Float
}

extension DetectionHead {
  /// Decodes the outputs for one image of the batch; candidates are ordered by stride, row and
  /// column.
  ///
  /// - Parameters:
  ///   - outputs: One view per stride.
  ///   - confidence: The score threshold, 0...1.
  ///   - classes: The classes to consider; nil for all.
  ///   - isMultiLabel: Whether an anchor point yields a candidate for every class above the
  ///     threshold, instead of only for its highest-scoring class.
  package func candidates(
    _ outputs: [View], image: Int, confidence: Float, classes: Set<Int>?, isMultiLabel: Bool
  ) -> [DetectionCandidate] {
    // Comparing logits avoids an exponential at most anchor points.
    let threshold = logit(confidence)
    var found: [DetectionCandidate] = []
    let input = inputSize(of: outputs)
    for (view, stride) in zip(outputs, strides) {
      let (height, width) = (view.shape.h, view.shape.w)
      for y in 0..<Self.anchorPoints(along: input.height, stride: stride) {
        for x in 0..<Self.anchorPoints(along: input.width, stride: stride) {
          let point = view.data + ((image * height + y) * width + x) * view.stride
          let objectness = hasObjectness ? sigmoid(point[boxEncoding.count]) : 1
          let lowest = hasObjectness ? logit(confidence / objectness) : threshold
          let logits = UnsafeBufferPointer(
            start: point + classOffset, count: view.shape.c - classOffset)
          guard logits.contains(where: { $0 >= lowest }) else { continue }
          let box = boxEncoding.corners(point, x: x, y: y, stride: Double(stride))
          select(logits, over: lowest, classes: classes, isMultiLabel: isMultiLabel) { index in
            let score = sigmoid(logits[index]) * objectness
            found.append(DetectionCandidate(box: box, classIndex: index, score: score))
          }
        }
      }
    }
    return found
  }

  /// The rows of n * h of an output in which an anchor point has a score of at least `confidence`; only
  /// there are boxes needed. For heads without objectness.
  package func rowsOfCandidates(_ output: View, confidence: Float) -> [Int] {
    let (lowest, shape) = (logit(confidence), output.shape)
    return (0..<(shape.n * shape.h)).filter { row in
      (0..<shape.w).contains { x in
        UnsafeBufferPointer(
          start: output.data + (row * shape.w + x) * output.stride + classOffset,
          count: shape.c - classOffset
        ).contains { $0 >= lowest }
      }
    }
  }

  /// The size of the input, which the finest stride divides.
  package func inputSize(of outputs: [View]) -> (height: Int, width: Int) {
    (outputs[0].shape.h * strides[0], outputs[0].shape.w * strides[0])
  }

  /// Calls `body` for each class of an anchor point that is above the threshold.
  @inline(__always)
  private func select(
    _ logits: UnsafeBufferPointer<Float>, over lowest: Float, classes: Set<Int>?,
    isMultiLabel: Bool, _ body: (Int) -> Void
  ) {
    var best = -1
    for index in logits.indices where logits[index] >= lowest {
      if let classes, !classes.contains(index) { continue }
      if isMultiLabel {
        body(index)
      } else if best < 0 || logits[index] > logits[best] {
        best = index
      }
    }
    if best >= 0 { body(best) }
  }
}

/// The inverse of the sigmoid; minus infinity at 0.
private func logit(_ p: Float) -> Float { p >= 1 ? .infinity : log(p / (1 - p)) }

private func sigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }
