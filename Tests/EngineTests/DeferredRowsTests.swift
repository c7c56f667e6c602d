import TestSupport
import Testing

@testable import Basics
@testable import Engine

/// Outputs of which some channels are computed only in the rows that are asked for, against the same
/// network computed as a whole.
@Suite struct DeferredRowsTests {
  /// The ends of a detection head: two branches of a shared map, joined.
  struct Case: CustomTestStringConvertible, Sendable {
    var boxes = 4
    /// The kernel of the first convolution of the branch of the boxes; 1 for none.
    var kernel: Extent = 5
    /// True if it is depthwise.
    var isDepthwise = true
    /// True if the logits are read by something else, too.
    var isShared = false
    /// The number of nodes that are deferred for each output.
    var deferred = 3
    var precision = Precision.f32

    var testDescription: String {
      "\(boxes) channels, k\(kernel)\(isDepthwise ? "" : " dense")\(isShared ? ", shared" : "")"
        + ", \(precision)"
    }

    /// Two outputs n, h, w, `boxes` + 3 at sizes of 11 x 9 and 6 x 5.
    var graph: Graph {
      let scope = Scope()
      let input = scope.input(Shape(n: 2, h: 11, w: 9, c: 5))
      let fine = scope["fine"].apply(Convolution(5, 16, kernel: 3, bias: true), input)
      let coarse = scope["coarse"].apply(
        Convolution(16, 16, kernel: 3, stride: 2, bias: true), fine)
      var outputs: [Value] = []
      for (name, map) in [("fine", fine), ("coarse", coarse)] {
        let scope = scope["\(name).head"]
        let box = scope["box"].apply(
          Convolution(16, boxes, kernel: 1, bias: true), branch(scope["boxes"], map, kernel))
        let logits = scope["class"].apply(
          Convolution(16, 3, kernel: 1, bias: true), branch(scope["classes"], map, 3))
        outputs.append(scope["concat"].apply(Concat(), box, logits))
        if isShared { outputs.append(scope["relu"].apply(ActivationOp(.relu), logits)) }
      }
      return scope.finish(outputs: outputs)
    }

    private func branch(_ scope: Scope, _ map: Value, _ kernel: Extent) -> Value {
      let spread =
        kernel == 1
        ? map
        : scope["spread"].apply(
          Convolution(16, 16, kernel: kernel, groups: isDepthwise ? 16 : 1, bias: true), map)
      return scope["mix"].apply(Convolution(16, 16, kernel: 1, bias: true), spread)
    }
  }

  static let cases = [
    Case(), Case(precision: .bf16), Case(kernel: 1, deferred: 2),
    // A dense 3x3 convolution computes no single rows.
    Case(kernel: 3, isDepthwise: false, deferred: 2),
    // The fifth channel is part of the logits.
    Case(boxes: 5, deferred: 0),
    Case(isShared: true, deferred: 0),
  ]

  @Test(arguments: cases)
  func computesTheRowsAskedFor(_ c: Case) throws {
    let graph = c.graph
    let kernels =
      try c.precision == .f32 ? Kernels(.chosen()) : Kernels(.scalar, precision: .bf16)
    let parameters = ParameterBlock(graph.parameterLayout, seed: 3)
    let pool = ThreadPool(threads: 2)
    func session(deferred: Int) throws -> Session {
      let plan = try Plan(
        graph, inputShapes: graph.inputs.map { graph.shapes[$0] }, mode: .inference,
        kernels: kernels, deferredChannels: deferred)
      return Session(plan, parameters: parameters, pool: pool)
    }
    let whole = try session(deferred: 0)
    let parts = try session(deferred: 4)
    #expect(
      parts.plan.deferred.map(\.nodes.count) == (c.deferred == 0 ? [] : [c.deferred, c.deferred]))
    // None, some of both images, nearly all, and nil for all.
    let requests: [[Int]?] = [[], [0, 4, 11], [1], Array(0..<12), nil]
    for (step, request) in requests.enumerated() {
      for session in [whole, parts] {
        session.inputs[0].copy(
          from: Tensor(random: session.inputs[0].shape, seed: UInt64(step)))
      }
      whole.forward()
      var asked: [Int] = []
      parts.forward { output in
        asked.append(output)
        return request
      }
      #expect(asked.count == (c.deferred == 0 ? 0 : 2))
      for (index, (found, expected)) in zip(parts.outputs, whole.outputs).enumerated() {
        let (shape, a, b) = (found.shape, found.tensor().values, expected.tensor().values)
        #expect(b.allSatisfy { $0.isFinite })
        for value in a.indices {
          let (pixel, channel) = (value / shape.c, value % shape.c)
          guard asked.contains(index), channel < 4, let request,
            !request.contains(pixel / shape.w)
          else {
            #expect(a[value] == b[value], "step \(step), output \(index), value \(value)")
            continue
          }
        }
      }
    }
  }

  @Test("what is not asked for is not computed")
  func leavesTheRest() throws {
    let graph = Case().graph
    let plan = try Plan(
      graph, inputShapes: graph.inputs.map { graph.shapes[$0] }, mode: .inference,
      kernels: Kernels(.chosen()), deferredChannels: 4)
    let session = Session(
      plan, parameters: ParameterBlock(graph.parameterLayout, seed: 3),
      pool: ThreadPool(threads: 1))
    func outputs(_ rows: [Int]?) -> [[Float]] {
      session.inputs[0].copy(from: Tensor(random: session.inputs[0].shape, seed: 2))
      session.forward { _ in rows }
      return session.outputs.map { $0.tensor().values }
    }
    for (found, whole) in zip(outputs([]), outputs(nil)) {
      // Seven channels: four of the box, which hold whatever was there, and three logits.
      for value in found.indices {
        #expect((found[value] == whole[value]) == (value % 7 >= 4), "value \(value)")
      }
    }
  }
}
