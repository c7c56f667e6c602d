import Engine
import Testing

@testable import Networks

@Suite struct ArchitectureTests {
  @Test(arguments: Architecture.allCases)
  func size(_ architecture: Architecture) {
    let graph = architecture.detector(classCount: 20, input: Shape(n: 1, h: 416, w: 416, c: 3))
    let layout = graph.parameterLayout
    print(architecture, layout.trainable.count, graph.flops / 1e9, graph.nodes.count)
    for o in graph.outputs { print(graph.shapes[o]) }
  }
}
