import Foundation

/// Reduces the channels of each pixel to one number; n, h, w, c -> n, h, w, 1. Inference only.
///
/// Sums are accumulated in double precision.
package struct Reduce: Op {
  package enum Function: String, Hashable, Sendable {
    case sum, mean, product, minimum, maximum
    /// The sum of magnitudes, the Euclidean norm, the sum of squares.
    case l1, l2, sumOfSquares
    /// The logarithm of the sum, and of the sum of exponentials.
    case logSum, logSumExp
    /// The index of the first and the last extreme value.
    case firstMaximum, lastMaximum, firstMinimum, lastMinimum
  }

  package let function: Function

  package init(_ function: Function) { self.function = function }

  package var kind: String { "reduce \(function.rawValue)" }

  package func outputShape(_ inputs: [Shape]) throws(EngineError) -> Shape {
    try checked(inputs).with(c: 1)
  }

  package func flops(_ inputs: [Shape], _ output: Shape) -> Double { Double(inputs[0].count) }

  package func plan(_ context: PlanContext) -> OpPlan {
    OpPlan(
      forward: { pass in
        let (x, y) = (pass.inputs[0], pass.output)
        let work = WorkPartition(units: y.shape.pixels, costPerUnit: 4 * x.shape.c)
        return [
          ParallelLoop(work) { begin, end in
            for pixel in begin..<end {
              y.data[pixel * y.stride] = function.value(
                UnsafeBufferPointer(start: x.data + pixel * x.stride, count: x.shape.c))
            }
          }
        ]
      }, backward: noBackward)
  }
}

extension Reduce.Function {
  /// The result for one or more numbers.
  package func value(_ x: UnsafeBufferPointer<Float>) -> Float {
    func sum(_ term: (Double) -> Double) -> Double {
      var total = 0.0
      for value in x { total += term(Double(value)) }
      return total
    }
    switch self {
    case .sum: return Float(sum { $0 })
    case .mean: return Float(sum { $0 } / Double(x.count))
    case .product: return Float(x.reduce(1.0) { $0 * Double($1) })
    case .minimum: return x.reduce(.infinity) { $1 < $0 || $1.isNaN ? $1 : $0 }
    case .maximum: return x.reduce(-.infinity) { $1 > $0 || $1.isNaN ? $1 : $0 }
    case .l1: return Float(sum { abs($0) })
    case .l2: return Float(sum { $0 * $0 }.squareRoot())
    case .sumOfSquares: return Float(sum { $0 * $0 })
    case .logSum: return Float(log(sum { $0 }))
    case .logSumExp:
      let largest = Double(x.max() ?? 0)
      guard largest.isFinite else { return Float(largest) }
      return Float(log(sum { exp($0 - largest) }) + largest)
    case .firstMaximum: return index(x) { $0 > $1 }
    case .lastMaximum: return index(x) { $0 >= $1 }
    case .firstMinimum: return index(x) { $0 < $1 }
    case .lastMinimum: return index(x) { $0 <= $1 }
    }
  }

  private func index(_ x: UnsafeBufferPointer<Float>, _ wins: (Float, Float) -> Bool) -> Float {
    var best = 0
    for index in x.indices.dropFirst() where wins(x[index], x[best]) { best = index }
    return Float(best)
  }
}
