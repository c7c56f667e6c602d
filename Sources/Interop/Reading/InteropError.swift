import Basics

/// An invalid or unsupported file of another program.
public struct InteropError: ModuleError {
  /// The parts of the error message.
  public let diagnostic: Diagnostic

  /// Creates an error from a diagnostic.
  public init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}

/// Text from a file for messages: control characters replaced, and shortened.
func printable(_ text: String) -> String {
  let limit = 80
  let short = text.unicodeScalars.prefix(limit).map { scalar in
    scalar.properties.generalCategory == .control ? "?" : String(scalar)
  }.joined()
  return short.unicodeScalars.count < text.unicodeScalars.count ? short + "..." : short
}
