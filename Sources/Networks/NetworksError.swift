import Basics

/// A weights file or network that cannot be used.
package struct NetworksError: ModuleError {
  package let diagnostic: Diagnostic

  package init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}
