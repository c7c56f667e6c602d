import Engine
import Foundation
import Imaging
import Networks

/// Turns a head's outputs into detections in input pixels.
struct DetectionDecoder: Sendable {
  let strides: [Int]
  let options: DetectionOptions

  /// The candidates of one image of the batch, before suppression, in the order of the cells.
  func candidates(_ outputs: [View], image: Int) -> [Detection] {
    // Comparing logits spares an exponential for each of the cells that see nothing.
    let lowest = logit(options.confidence)
    var found: [Detection] = []
    for (view, stride) in zip(outputs, strides) {
      let (height, width) = (view.shape.h, view.shape.w)
      for y in 0..<height {
        for x in 0..<width {
          let anchorPoint = view.data + ((image * height + y) * width + x) * view.stride
          let logits = UnsafeBufferPointer(start: anchorPoint + 4, count: view.shape.c - 4)
          guard logits.contains(where: { $0 >= lowest }) else { continue }
          let box = BoxEncoding(anchorPoint, x: x, y: y, stride: Double(stride)).box
          collect(logits, over: lowest) { index, logit in
            found.append(Detection(box: box, classIndex: index, score: sigmoid(logit)))
          }
        }
      }
    }
    return found
  }

  /// Calls `body` for the classes of a cell that count.
  @inline(__always)
  private func collect(
    _ logits: UnsafeBufferPointer<Float>, over lowest: Float, _ body: (Int, Float) -> Void
  ) {
    var best = -1
    for index in logits.indices where logits[index] >= lowest {
      if let classes = options.classes, !classes.contains(index) { continue }
      if options.isMultiLabel {
        body(index, logits[index])
      } else if best < 0 || logits[index] > logits[best] {
        best = index
      }
    }
    if best >= 0 { body(best, logits[best]) }
  }
}

/// The inverse of the sigmoid; minus infinity at 0.
private func logit(_ p: Float) -> Float { p >= 1 ? .infinity : log(p / (1 - p)) }

private func sigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }
