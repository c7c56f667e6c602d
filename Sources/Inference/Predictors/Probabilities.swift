import Engine
import Foundation

/// Probabilities of logits.
enum Probabilities {
  @inline(__always)
  static func sigmoid(_ logit: Float) -> Float { 1 / (1 + exp(-logit)) }

  /// Adds the softmax of the logits of one pixel, times a factor.
  @inline(__always)
  static func addSoftmax(
    _ logits: UnsafeMutableBufferPointer<Float>, times factor: Float,
    to sums: UnsafeMutableBufferPointer<Float>
  ) {
    var largest = logits[0]
    for logit in logits { largest = max(largest, logit) }
    var total: Float = 0
    for logit in logits { total += exp(logit - largest) }
    let scale = factor / total
    for channel in 0..<logits.count { sums[channel] += scale * exp(logits[channel] - largest) }
  }
}

extension UnsafeMutableBufferPointer<Float> {
  /// Mirrors one image in the order h, w, c.
  func mirror(_ shape: Shape, horizontally: Bool, vertically: Bool) {
    let (height, width, channels) = (shape.h, shape.w, shape.c)
    if horizontally {
      for row in 0..<height {
        for x in 0..<width / 2 {
          let left = (row * width + x) * channels
          let right = (row * width + width - 1 - x) * channels
          for channel in 0..<channels { swapAt(left + channel, right + channel) }
        }
      }
    }
    if vertically {
      let length = width * channels
      for row in 0..<height / 2 {
        for place in 0..<length {
          swapAt(row * length + place, (height - 1 - row) * length + place)
        }
      }
    }
  }
}
