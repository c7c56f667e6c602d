import Basics

/// An image that cannot be read, decoded, encoded or written, or an invalid mask.
///
/// The description is one sentence: the file, the problem and, if there is one, the remedy.
public enum ImagingError: Error, Hashable, Sendable {
  /// The file could not be read or written.
  case file(Diagnostic)
  /// The bytes have no format that can be read; `found` is a guess at what they are.
  case unknownFormat(name: String, found: String)
  case corrupt(name: String, codec: Codec, reason: String)
  /// The file is valid, but of a kind that is not supported.
  case unsupported(name: String, codec: Codec, reason: String)
  case endsEarly(name: String, codec: Codec, reason: String)
  /// Some data are corrupt, but an image can be decoded.
  case garbled(name: String, codec: Codec, reason: String)
  case tooManyPixels(name: String, width: Int, height: Int, limit: Int)
  case unencodable(name: String, codec: Codec, reason: String)
  case outOfMemory(name: String)
  /// Run lengths, text or polygons that do not form a mask of an image of that size.
  case invalidMask(width: Int, height: Int, reason: String)
}

extension ImagingError: ModuleError {
  /// Makes an error from a diagnostic.
  public init(_ diagnostic: Diagnostic) { self = .file(diagnostic) }

  /// The error as a diagnostic.
  public var diagnostic: Diagnostic {
    if case .file(let diagnostic) = self { diagnostic } else { Diagnostic(description) }
  }

  /// One sentence with the file, the problem and any remedy.
  public var description: String { sentence() }

  /// The same about "the image" in place of the file, for messages that name the file otherwise.
  package var problem: String { sentence(about: "the image") }

  private func sentence(about subject: String? = nil) -> String {
    switch self {
    case .file(let diagnostic): subject == nil ? diagnostic.description : diagnostic.what
    case .unknownFormat(let name, let found):
      "\(subject ?? name) is no \(Sentence.alternatives(Codec.names)) image: \(found)"
    case .corrupt(let name, let codec, let reason):
      "\(subject ?? name) is a damaged \(codec) file and cannot be decoded: \(reason)"
    case .unsupported(let name, let codec, let reason):
      "\(subject ?? name) is a \(codec) file of a kind that cannot be read, convert it first: "
        + reason
    case .endsEarly(let name, _, let reason):
      "\(subject ?? name) ends early, part of the image is missing (\(reason))"
    case .garbled(let name, let codec, let reason):
      "\(subject ?? name) is a damaged \(codec) file (\(reason))"
    case .tooManyPixels(let name, let width, let height, let limit):
      "\(subject ?? name) claims to have \(width)x\(height) pixels, more than the limit of \(limit) "
        + "(--max-pixels)"
    case .unencodable(let name, let codec, let reason):
      "\(subject ?? name) cannot be encoded as \(codec): \(reason)"
    case .outOfMemory(let name):
      "\(subject ?? name) needs more memory than is available"
    case .invalidMask(let width, let height, let reason):
      "a mask of \(width)x\(height) pixels cannot be made: \(reason)"
    }
  }
}
