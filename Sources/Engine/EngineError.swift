import Basics

/// A graph, shape, parameter or instruction set that the engine cannot use.
package struct EngineError: ModuleError {
  package let diagnostic: Diagnostic

  package init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}
