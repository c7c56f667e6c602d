import Basics
import CGlimpseWeights

/// Where the weights of a network come from.
public enum WeightsSource: Hashable, Sendable {
  /// The weights that are part of the program.
  case builtIn
  /// Random initialization.
  case random
  /// A weights file.
  case file(String)

  /// The path of the file; nil for other sources.
  package var path: String? {
    if case .file(let path) = self { path } else { nil }
  }

  /// The name in messages and reports: a path, "the built-in weights" or "random weights".
  package var name: String {
    switch self {
    case .builtIn: "the built-in weights"
    case .random: "random weights"
    case .file(let path): path
    }
  }

  /// The source of a model's weights where none is given: built-in ones if there are any.
  package static func usual(for model: String) -> WeightsSource {
    model == DefaultWeights.model && DefaultWeights.exist ? .builtIn : .random
  }
}

extension WeightsSource: OptionValue {
  package static var noun: String { "a weights file, builtin or none" }
  package static var valueName: String { "file" }

  /// Parses `builtin`, `none` or the path of a file; a file of such a name is given as `./none`.
  package init?(optionText: String) {
    switch optionText {
    case "": return nil
    case "builtin", "built-in": self = .builtIn
    case "none": self = .random
    default: self = .file(optionText)
    }
  }

  package var optionText: String {
    switch self {
    case .builtIn: "builtin"
    case .random: "none"
    case .file(let path): path
    }
  }
}

extension WeightsSource: Codable {
  /// Decodes the text of the option.
  public init(from decoder: any Decoder) throws { self = try Self.decodingText(from: decoder) }

  /// Encodes the text of the option.
  public func encode(to encoder: any Encoder) throws { try encodeText(to: encoder) }
}

/// The built-in weights: the model `compact`, trained on 20 classes of objects, animals and people.
/// See `Weights/README.md`.
public enum DefaultWeights {
  /// The name of their model.
  package static let model = "compact"

  /// Whether the program was built with weights.
  package static var exist: Bool { count > 0 }

  private static var count: Int {
    var count = 0
    _ = gw_compact_bytes(&count)
    return count
  }

  /// Loads the model; throws `NetworksError` if the program was built without weights.
  public static func load() throws(NetworksError) -> Model { try Model(file()) }

  /// The file of the weights.
  package static func file() throws(NetworksError) -> Safetensors {
    var count = 0
    let bytes = gw_compact_bytes(&count)
    guard count > 0 else {
      throw NetworksError(
        "this program was built without weights: give a weights file, or build it from a checkout "
          + "that has Weights/compact.safetensors")
    }
    return try Safetensors(
      bytes: [UInt8](UnsafeBufferPointer(start: bytes, count: count)),
      name: WeightsSource.builtIn.name)
  }
}
