/// Moves 1x1 convolutions before nearest-neighbor upsampling in upsample-concat-convolution
/// sequences.
///
/// A 1x1 convolution commutes with nearest-neighbor upsampling, and the convolution of a
/// concatenation is the sum of the convolutions of its parts. With the weights [U V] split by input
/// channels, [U V] * concat(up(a), b) = up(U * a) + V * b. At factor 2, U * a needs a quarter of
/// the multiplications. Outputs differ only by rounding.
struct UpsampleReordering {
  /// The rows (input channels) of an old weight that form a new weight.
  private struct Cut {
    var source: String
    var rows: [Range<Int>]
  }

  private(set) var graph: Graph
  private var cuts: [String: Cut] = [:]
  private let old: Graph
  private let readers: [Int]
  private let producers: [Int: Graph.Node]

  init(_ old: Graph) {
    self.old = old
    graph = old
    readers = old.readerCounts
    producers = Dictionary(uniqueKeysWithValues: old.nodes.map { ($0.output, $0) })
    let matches = old.nodes.reduce(into: [Int: Match]()) { $0[$1.output] = match($1) }
    let swallowed = Set(matches.values.flatMap { [$0.concatenation.output, $0.upsampling.output] })
    graph.nodes = old.nodes.flatMap { node -> [Graph.Node] in
      if let match = matches[node.output] { return rewritten(node, match) }
      return swallowed.contains(node.output) ? [] : [node]
    }
  }

  /// The parameters of the new graph, copied from those of the old one if any was cut.
  func parameters(from block: ParameterBlock) -> ParameterBlock {
    precondition(block.layout == old.parameterLayout, "the parameters belong to another network")
    if cuts.isEmpty { return block }
    let result = ParameterBlock(zeros: graph.parameterLayout)
    for entry in result.layout.entries {
      let cut = cuts[entry.name]
      guard let source = block.layout[cut?.source ?? entry.name] else { continue }
      // Rows are input channels; each row holds all output channels.
      let rowCount = source.declaration.shape.dropLast().reduce(1, *)
      let width = source.range.count / rowCount
      var target = entry.range.lowerBound
      for rows in cut?.rows ?? [0..<rowCount] {
        let first = source.range.lowerBound + rows.lowerBound * width
        for index in 0..<(rows.count * width) {
          result.values[target + index] = block.values[first + index]
        }
        target += rows.count * width
      }
    }
    return result
  }

  /// A 1x1 convolution with its concatenation and upsampling.
  private struct Match {
    var op: Convolution
    var concatenation: Graph.Node
    var upsampling: Graph.Node
    var factor: Int
  }

  /// Matches a node if the rewrite is worthwhile: the output channels that are added at the larger
  /// size should not far exceed the input channels that are no longer convolved there.
  private func match(_ node: Graph.Node) -> Match? {
    guard let op = node.op as? Convolution, op.geometry.isPointwise, !op.addsResidual,
      let concatenation = producers[node.inputs[0]], concatenation.op is Concat,
      readers[concatenation.output] == 1, concatenation.inputs.count > 1
    else { return nil }
    for value in concatenation.inputs where readers[value] == 1 {
      guard let upsampling = producers[value], let enlarging = upsampling.op as? NearestUpsample,
        enlarging.factor > 1, op.geometry.outputChannels <= 2 * old.shapes[value].c
      else { continue }
      return Match(
        op: op, concatenation: concatenation, upsampling: upsampling, factor: enlarging.factor)
    }
    return nil
  }

  /// The nodes that replace a convolution: the convolution at the smaller size, the upsampling of
  /// its output, and the convolution of the remaining inputs, which adds the upsampled output.
  private mutating func rewritten(_ node: Graph.Node, _ match: Match) -> [Graph.Node] {
    let (small, large) = (match.upsampling.inputs[0], old.shapes[node.output])
    let enlarged = match.upsampling.output
    let rest = match.concatenation.inputs.filter { $0 != enlarged }
    var first = 0
    var restRows: [Range<Int>] = []
    var enlargedRows = 0..<0
    for value in match.concatenation.inputs {
      let rows = first..<(first + old.shapes[value].c)
      if value == enlarged { enlargedRows = rows } else { restRows.append(rows) }
      first = rows.upperBound
    }
    let scope = node.name
    cuts["\(scope).weight"] = Cut(source: "\(scope).weight", rows: restRows)
    cuts["\(scope).early.weight"] = Cut(source: "\(scope).weight", rows: [enlargedRows])

    let early = append(old.shapes[small].with(c: large.c))
    let late = append(large)
    var op = match.op.reading(restRows.reduce(0) { $0 + $1.count })
    op.addsResidual = true
    var nodes = [
      Graph.Node(
        op: Convolution(enlargedRows.count, large.c, kernel: 1), name: "\(scope).early",
        inputs: [small], output: early),
      Graph.Node(
        op: NearestUpsample(factor: match.factor), name: match.upsampling.name, inputs: [early],
        output: late),
    ]
    var source = rest[0]
    if rest.count > 1 {
      source = append(large.with(c: op.geometry.inputChannels))
      nodes.append(
        Graph.Node(op: Concat(), name: match.concatenation.name, inputs: rest, output: source))
    }
    nodes.append(Graph.Node(op: op, name: scope, inputs: [source, late], output: node.output))
    return nodes
  }

  private mutating func append(_ shape: Shape) -> Int {
    graph.shapes.append(shape)
    return graph.shapes.count - 1
  }
}

extension Graph {
  /// The network for inference: normalization folded, then 1x1 convolutions moved before
  /// upsampling. Outputs differ only by rounding.
  package func optimizedForInference(
    _ parameters: ParameterBlock
  ) -> (graph: Graph, parameters: ParameterBlock) {
    let (folded, values) = foldingNormalization(parameters)
    let late = UpsampleReordering(folded)
    return (late.graph, late.parameters(from: values))
  }

  /// The graph of `optimizedForInference(_:)`, without parameters.
  package var optimizedForInference: Graph { UpsampleReordering(normalizationFolded).graph }
}
