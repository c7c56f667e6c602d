import Basics

/// The layout of a network's parameters in one flat block.
///
/// Weights come first, then biases, then running statistics, so that weight decay, the optimizer
/// and the EMA each process one contiguous range.
package struct ParameterLayout: Equatable, Sendable {
  /// The position of one parameter.
  package struct Entry: Equatable, Sendable {
    /// The full name: `layer1.0.conv2.weight`.
    package let name: String
    /// Its declaration.
    package let declaration: ParameterDeclaration
    /// Its range of floats in the block.
    package let range: Range<Int>

    /// The shape in public weights files (PyTorch's order).
    package var publicShape: [Int] { declaration.layout.publicShape(declaration.shape) }
  }

  /// The entries in the order of the graph's nodes.
  package let entries: [Entry]
  /// The floats with weight decay.
  package let decayed: Range<Int>
  /// The floats that the optimizer updates.
  package let trainable: Range<Int>
  /// The total number of floats.
  package let count: Int
  private let indices: [String: Int]

  /// Lays out declarations; their full names must be unique.
  package init(_ declarations: [(name: String, declaration: ParameterDeclaration)]) {
    var ranges = [Range<Int>](repeating: 0..<0, count: declarations.count)
    var ends: [Int] = []
    var next = 0
    for kind in ParameterDeclaration.Kind.allCases {
      for (index, item) in declarations.enumerated() where item.declaration.kind == kind {
        ranges[index] = next..<(next + item.declaration.count)
        next += item.declaration.count
      }
      ends.append(next)
    }
    entries = zip(declarations, ranges).map {
      Entry(name: $0.name, declaration: $0.declaration, range: $1)
    }
    decayed = 0..<ends[0]
    trainable = 0..<ends[1]
    count = next
    indices = Dictionary(
      entries.enumerated().map { ($1.name, $0) },
      uniquingKeysWith: { first, _ in
        preconditionFailure("two parameters are named \(declarations[first].name)")
      })
  }

  /// The entry with a full name.
  package subscript(name: String) -> Entry? {
    indices[name].map { entries[$0] }
  }

  /// True if it has all parameters of another layout, in any order.
  func contains(_ other: ParameterLayout) -> Bool {
    other.entries.allSatisfy { self[$0.name]?.declaration == $0.declaration }
  }

  /// The ranges of parameters by name, in ascending order; adjacent ranges are joined.
  package func ranges(of names: Set<String>) -> [Range<Int>] {
    let ranges = entries.filter { names.contains($0.name) }.map(\.range)
      .sorted { $0.lowerBound < $1.lowerBound }
    return ranges.reduce(into: []) { result, range in
      if let last = result.last, last.upperBound == range.lowerBound {
        result[result.count - 1] = last.lowerBound..<range.upperBound
      } else {
        result.append(range)
      }
    }
  }
}

/// All parameters of a network, or their gradients, in one flat block of memory.
///
/// A class, because sessions, the optimizer and the EMA share the block.
package final class ParameterBlock {
  package let layout: ParameterLayout
  let memory: AlignedBuffer

  package init(zeros layout: ParameterLayout) {
    self.layout = layout
    memory = AlignedBuffer(count: layout.count)
  }

  /// Creates a block with the declared initial values.
  package convenience init(_ layout: ParameterLayout, seed: UInt64) {
    self.init(zeros: layout)
    var generator = SeededGenerator(seed: seed)
    for entry in layout.entries {
      entry.declaration.initializer.fill(
        UnsafeMutableBufferPointer(rebasing: values[entry.range]), using: &generator)
    }
  }

  /// The floats, in the layout's order.
  package var values: UnsafeMutableBufferPointer<Float> { memory.buffer }

  /// A copy with the same layout and values.
  package func copy() -> ParameterBlock {
    let result = ParameterBlock(zeros: layout)
    result.copyValues(from: self)
    return result
  }

  /// Copies the values of a block of the same layout.
  package func copyValues(from other: ParameterBlock) {
    precondition(layout == other.layout, "blocks of different layouts")
    _ = values.update(fromContentsOf: other.values)
  }

  /// The shape and values of one parameter in the order of public weights files.
  package func exported(_ entry: ParameterLayout.Entry) -> (shape: [Int], values: [Float]) {
    var result = [Float](repeating: 0, count: entry.range.count)
    let source = UnsafeMutableBufferPointer(rebasing: values[entry.range])
    let declaration = entry.declaration
    declaration.layout.forEach(declaration.shape) { file, memory in result[file] = source[memory] }
    return (entry.publicShape, result)
  }

  /// Sets one parameter from values in the order of public weights files; the count must match.
  package func importValues(_ new: [Float], for entry: ParameterLayout.Entry) {
    precondition(new.count == entry.range.count, "\(entry.name) has \(entry.range.count) values")
    let target = UnsafeMutableBufferPointer(rebasing: values[entry.range])
    let declaration = entry.declaration
    declaration.layout.forEach(declaration.shape) { file, memory in target[memory] = new[file] }
  }
}
