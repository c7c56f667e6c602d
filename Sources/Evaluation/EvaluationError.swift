import Basics

/// Ground truth or detections that cannot be evaluated.
package struct EvaluationError: ModuleError {
  package let diagnostic: Diagnostic

  package init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}
