import Basics

/// A graph, shape, parameter or instruction set that the engine cannot use.
public struct EngineError: ModuleError {
  /// The parts of the sentence.
  public let diagnostic: Diagnostic

  /// Makes the error of a diagnostic.
  public init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}
