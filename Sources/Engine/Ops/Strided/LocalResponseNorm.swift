import Foundation

/// Local response normalization across channels (Krizhevsky et al. 2012, "ImageNet Classification with
/// Deep Convolutional Neural Networks", section 3.3); any shape. Inference only.
///
/// y = x / (bias + alpha / size * s)^beta, where s is the sum of squares of the channels from
/// (size - 1) / 2 before to size / 2 after it (ONNX, "LRN").
package struct LocalResponseNorm: Op {
  package let size: Int
  package let alpha, beta, bias: Float

  package init(size: Int, alpha: Float, beta: Float, bias: Float) {
    (self.size, self.alpha, self.beta, self.bias) = (size, alpha, beta, bias)
  }

  package var kind: String { "local response norm" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape { try checked(inputs) }

  /// A product and a sum per channel of the window, and a power.
  package func flops(_ inputs: [Shape], _ output: Shape) -> Double {
    Double(output.count) * Double(2 * min(size, output.c) + 4)
  }

  package func plan(_ context: PlanContext) -> OpPlan {
    let channels = context.output.c
    let (before, after) = ((size - 1) / 2, size / 2)
    return OpPlan(
      forward: { pass in
        let (x, y) = (pass.inputs[0], pass.output)
        let cost = channels * (20 + 4 * min(size, channels))
        return [
          ParallelLoop(WorkPartition(units: y.shape.pixels, costPerUnit: cost)) { begin, end in
            for pixel in begin..<end {
              let (source, target) = (x.data + pixel * x.stride, y.data + pixel * y.stride)
              for channel in 0..<channels {
                var sum: Float = 0
                for other in max(0, channel - before)...min(channels - 1, channel + after) {
                  sum += source[other] * source[other]
                }
                target[channel] = source[channel] / pow(bias + alpha / Float(size) * sum, beta)
              }
            }
          }
        ]
      }, backward: noBackward)
  }
}
