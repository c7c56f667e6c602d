import Engine
import Networks

/// A network of another program at the input shapes that a runner has used.
final class ImportedInstances {
  let program: ImportedProgram
  /// The parameters of the network that was translated last, after its rewrites.
  private(set) var parameters: ParameterBlock
  private var readers: [Shape: ([View]) -> [OutputTensor]] = [:]

  /// Far more shapes than a runner keeps sessions for.
  private static let mostReaders = 256

  init(_ program: ImportedProgram, _ parameters: ParameterBlock) {
    (self.program, self.parameters) = (program, parameters)
  }

  /// Translates the network for an input shape; returns the graph, rewritten for inference.
  func translate(_ shape: Shape) throws(EngineError) -> Graph {
    let instance = try program.instance(shape.h, shape.w)
    if readers.count >= Self.mostReaders { readers = [:] }
    readers[shape] = instance.read
    let (graph, parameters) = instance.graph.optimizedForInference(instance.parameters)
    self.parameters = parameters
    return graph
  }

  /// The outputs of a run on an input shape, in the layout of the file.
  func outputs(_ views: [View], for shape: Shape) throws(EngineError) -> [OutputTensor] {
    if let read = readers[shape] { return read(views) }
    return try program.instance(shape.h, shape.w).read(views)
  }
}
