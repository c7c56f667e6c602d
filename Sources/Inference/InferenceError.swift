import Basics

/// Inputs or outputs of a prediction run that cannot be used.
package struct InferenceError: ModuleError {
  package let diagnostic: Diagnostic

  package init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}
