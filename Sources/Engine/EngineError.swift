import Basics

/// An unsupported graph, shape, parameter or instruction set.
public struct EngineError: ModuleError {
  /// The parts of the error message.
  public let diagnostic: Diagnostic

  /// Creates an error from a diagnostic.
  public init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}
