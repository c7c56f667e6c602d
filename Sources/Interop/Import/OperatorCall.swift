import Engine

/// An ONNX operator with its operands during the import.
struct OperatorCall {
  let node: ONNXOperator
  /// Nil for an input that is left out.
  let inputs: [Operand?]
  /// The version of the operator set.
  let version: Int
  let builder: GraphBuilder

  /// An input that must be there.
  func input(_ index: Int) throws(InteropError) -> Operand {
    guard let input = optional(index) else { throw InteropError("its input \(index) is missing") }
    return input
  }

  /// An input that may be left out.
  func optional(_ index: Int) -> Operand? { index < inputs.count ? inputs[index] : nil }

  /// All inputs, none of which may be left out.
  func all() throws(InteropError) -> [Operand] {
    guard !inputs.isEmpty else { throw InteropError("it has no inputs") }
    var result: [Operand] = []
    for index in inputs.indices { result.append(try input(index)) }
    return result
  }

  /// The integers of an input that must be constant; nil if it is left out.
  func integers(_ index: Int, _ what: String) throws(InteropError) -> [Int]? {
    guard let operand = optional(index) else { return nil }
    guard let integers = operand.integers else {
      throw InteropError("its \(what) must be constant integers, and they are computed")
    }
    return integers
  }

  /// The integers of an input, or of the attribute that they were in earlier operator sets.
  func listInput(_ index: Int, orAttribute name: String) throws(InteropError) -> [Int]? {
    if let list = try integers(index, name) { return list }
    return try integers(name)
  }

  /// The floats of an input that must be constant; nil if it is left out.
  func floats(_ index: Int, _ what: String) throws(InteropError) -> [Float]? {
    guard let operand = optional(index) else { return nil }
    guard let floats = operand.floats else {
      throw InteropError("its \(what) must be constant, and they are computed")
    }
    return floats
  }

  // MARK: Attributes

  func integer(_ name: String, default value: Int) throws(InteropError) -> Int {
    try integer(name) ?? value
  }

  func integer(_ name: String) throws(InteropError) -> Int? {
    switch node.attributes[name] {
    case nil: return nil
    case .integer(let value): return Int(value)
    default: throw InteropError("its attribute \(name) is not an integer")
    }
  }

  func integers(_ name: String) throws(InteropError) -> [Int]? {
    switch node.attributes[name] {
    case nil: return nil
    case .integers(let values): return values.map { Int($0) }
    case .other: return []
    default: throw InteropError("its attribute \(name) is not a list of integers")
    }
  }

  func float(_ name: String, default value: Float) throws(InteropError) -> Float {
    switch node.attributes[name] {
    case nil: return value
    case .float(let value): return value
    default: throw InteropError("its attribute \(name) is not a number")
    }
  }

  func text(_ name: String, default value: String) throws(InteropError) -> String {
    switch node.attributes[name] {
    case nil: return value
    case .text(let value): return value
    default: throw InteropError("its attribute \(name) is not a text")
    }
  }

  /// An axis of a tensor; negative numbers count from the end.
  func axis(_ axis: Int, rank: Int) throws(InteropError) -> Int {
    guard (-rank..<rank).contains(axis) else {
      throw InteropError("its axis \(axis) does not exist in a tensor of \(rank) dimensions")
    }
    return axis < 0 ? axis + rank : axis
  }

  /// Axes of a tensor without duplicates, in ascending order.
  func axes(_ list: [Int], rank: Int) throws(InteropError) -> [Int] {
    var result: Set<Int> = []
    for item in list {
      guard result.insert(try axis(item, rank: rank)).inserted else {
        throw InteropError("its axes \(list) name one twice")
      }
    }
    return result.sorted()
  }
}
