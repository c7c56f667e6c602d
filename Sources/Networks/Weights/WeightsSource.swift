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

  /// "has" or "have", after the name.
  package var has: String { path == nil ? "have" : "has" }

  /// The source of a model's weights where none is given: built-in ones if there are any.
  package static func usual(for model: String) -> WeightsSource {
    DefaultWeights.exist(for: model) ? .builtIn : .random
  }
}

extension WeightsSource: OptionValue {
  package static var noun: String { "a weights file, builtin or none" }
  package static var valueName: String { "file" }

  /// Parses `builtin`, `none` or the path of a file; a file of such a name is given as `./none`. The
  /// folder of a training means its best weights.
  package init?(optionText: String) {
    switch optionText {
    case "": return nil
    case "builtin", "built-in": self = .builtIn
    case "none": self = .random
    default:
      let best = FilePath.join(optionText, "weights/best.safetensors")
      self = .file(FileContents.entry(best) == .file ? best : optionText)
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

extension WeightsSource {
  /// The SHA-256 of the weights of a model, in hexadecimal; of random ones that of their name.
  package func hash(of model: String) throws(NetworksError) -> String {
    switch self {
    case .builtIn: return SHA256.hex(of: DefaultWeights.bytes(of: model))
    case .random: return SHA256.hex(of: "random \(model)".utf8)
    case .file(let path):
      // In pieces: the model of the file is in memory already.
      var digest = SHA256()
      // The weights of a Darknet configuration are beside it.
      for path in FilePath.ending(path) == "cfg" ? [path, path.dropLast(4) + ".weights"] : [path] {
        let stream = try NetworksError.wrap(ByteStream(path))
        while case let piece = try NetworksError.wrap(stream.next()), !piece.isEmpty {
          digest.append(piece)
        }
      }
      return digest.hex
    }
  }
}

extension WeightsSource: Codable {
  /// Decodes the text of the option.
  public init(from decoder: any Decoder) throws { self = try Self.decodingText(from: decoder) }

  /// Encodes the text of the option.
  public func encode(to encoder: any Encoder) throws { try encodeText(to: encoder) }
}

/// The built-in weights: the detector `compact`, trained on 20 classes of objects, animals and
/// people, and the segmentation network `unet-s`, trained on cell nuclei. See `Weights/README.md`.
public enum DefaultWeights {
  /// The name of the detector.
  package static let detector = "compact"
  /// The name of the segmentation network.
  package static let segmenter = "unet-s"

  /// Whether the program was built with weights of a model.
  package static func exist(for model: String) -> Bool { !bytes(of: model).isEmpty }

  /// Loads the detector; throws `NetworksError` if the program was built without its weights.
  public static func load() throws(NetworksError) -> Model { try Model(file(of: detector)) }

  /// Loads the segmentation network; throws `NetworksError` if the program was built without its
  /// weights.
  public static func loadSegmenter() throws(NetworksError) -> Model {
    try Model(file(of: segmenter))
  }

  /// The file of a model's weights.
  package static func file(of model: String) throws(NetworksError) -> Safetensors {
    let bytes = bytes(of: model)
    guard !bytes.isEmpty else {
      throw NetworksError(
        model == detector || model == segmenter
          ? "this program was built without weights of \(model): give a weights file, or build it "
            + "from a checkout that has Weights/\(model).safetensors"
          : "there are no built-in weights of \(model); give a weights file, or none for random ones"
      )
    }
    return try Safetensors(bytes: [UInt8](bytes), name: WeightsSource.builtIn.name)
  }

  fileprivate static func bytes(of model: String) -> UnsafeBufferPointer<UInt8> {
    var count = 0
    let bytes = gw_weights(model, &count)
    return UnsafeBufferPointer(start: bytes, count: count)
  }
}
