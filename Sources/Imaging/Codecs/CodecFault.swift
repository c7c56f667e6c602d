/// What is wrong with an image file, as a reader of its format reports it, without the file's name.
struct CodecFault: Error, Hashable {
  enum Kind {
    case corrupt, unsupported, endsEarly
  }

  let kind: Kind
  /// One phrase, to follow a colon or to stand in parentheses.
  let reason: String

  static func corrupt(_ reason: String) -> CodecFault { CodecFault(kind: .corrupt, reason: reason) }

  static func unsupported(_ reason: String) -> CodecFault {
    CodecFault(kind: .unsupported, reason: reason)
  }

  static func endsEarly(_ reason: String) -> CodecFault {
    CodecFault(kind: .endsEarly, reason: reason)
  }
}

extension Codec {
  /// Runs a reader of this format; its faults become errors with the file's name.
  func naming<Value>(
    _ name: String, _ body: () throws(CodecFault) -> Value
  ) throws(ImagingError) -> Value {
    do {
      return try body()
    } catch {
      switch error.kind {
      case .corrupt: throw .corrupt(name: name, codec: self, reason: error.reason)
      case .unsupported: throw .unsupported(name: name, codec: self, reason: error.reason)
      case .endsEarly: throw .endsEarly(name: name, codec: self, reason: error.reason)
      }
    }
  }
}
