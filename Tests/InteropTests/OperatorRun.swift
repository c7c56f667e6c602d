import Testing

@testable import Engine
@testable import Interop

/// A network of one operator.
struct OperatorRun {
  var type: String
  var attributes: [String: ONNXAttribute] = [:]
  var outputs = 1
  var operatorSet = 21

  /// The results for inputs, of which those with constant integers for shapes are listed in `bound`.
  ///
  /// - Parameter bound: The indices of inputs that are constants of the file; nil for all.
  func results(
    _ inputs: [ConstantTensor], bound: Set<Int>? = []
  ) throws -> [(dims: [Int], values: [Float])] {
    var network = ONNXNetwork()
    network.operatorSet = operatorSet
    var node = ONNXOperator(type: type, attributes: attributes)
    node.outputs = (0..<outputs).map { "y\($0)" }
    var values: [[Float]] = []
    for (index, input) in inputs.enumerated() {
      let name = "x\(index)"
      node.inputs.append(name)
      if bound?.contains(index) ?? true {
        network.constants[name] = input
      } else {
        network.inputs.append(ONNXPort(name: name, type: input.type, dims: input.dims))
        values.append(input.values.floats)
      }
    }
    network.nodes = [node]
    network.outputs = node.outputs.map { ONNXPort(name: $0, type: nil, dims: nil) }
    let imported = try ONNXImporter.network(network, path: "test.onnx")
    let found = try imported.run(values, kernels: Kernels(.scalar), pool: ThreadPool(threads: 2))
    return zip(imported.outputs, found).map { ($0.dims, $1) }
  }

  /// Expects the same of computed inputs and of constants.
  func expect(
    _ inputs: [ConstantTensor], bound: Set<Int> = [], _ expected: [(dims: [Int], values: [Float])],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for bound in [bound, nil] {
      let found = try results(inputs, bound: bound)
      #expect(found.map(\.dims) == expected.map(\.dims), sourceLocation: sourceLocation)
      for (one, other) in zip(found, expected) {
        let isEqual =
          one.values.count == other.values.count
          && zip(one.values, other.values).allSatisfy {
            $0 == $1 || abs($0 - $1) <= 1e-5 * max(1, abs($1))
          }
        #expect(isEqual, "\(one.values) is not \(other.values)", sourceLocation: sourceLocation)
      }
    }
  }
}

extension ConstantTensor {
  static func floats(_ dims: [Int], _ values: [Float]) -> ConstantTensor {
    ConstantTensor(.float, dims: dims, values: .floats(values))
  }

  static func integers(_ dims: [Int], _ values: [Int64]) -> ConstantTensor {
    ConstantTensor(.int64, dims: dims, values: .integers(values))
  }

  static func flags(_ dims: [Int], _ values: [Int64]) -> ConstantTensor {
    ConstantTensor(.bool, dims: dims, values: .integers(values))
  }
}
