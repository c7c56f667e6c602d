import Basics
import Foundation

extension TrainingConfig: Codable {
  /// Decodes settings. Missing ones keep their defaults; an unknown name and a value that is not
  /// allowed are errors.
  public init(from decoder: any Decoder) throws {
    let file = try decoder.container(keyedBy: KnobKey.self)
    let known = Set(Knob.all.map(\.name))
    if let odd = file.allKeys.map(\.stringValue).sorted().first(where: { !known.contains($0) }) {
      throw DecodingError.dataCorrupted(
        .init(codingPath: [], debugDescription: "there is no setting named \"\(odd)\""))
    }
    let model = try? file.decodeIfPresent(String.self, forKey: KnobKey("model"))
    self.init(defaultsOf: model ?? TrainingConfig().model)
    for knob in Knob.all where file.contains(KnobKey(knob.name)) {
      try knob.read(&self, file)
      if let problem = knob.problem(self) {
        throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: problem))
      }
    }
  }

  /// Encodes all settings.
  public func encode(to encoder: any Encoder) throws {
    var file = encoder.container(keyedBy: KnobKey.self)
    for knob in Knob.all { try knob.write(self, &file) }
  }
}

extension TrainingConfig {
  /// Validates all settings.
  ///
  /// - Throws: `TrainingError` (`invalid`) that names the first invalid setting.
  public func check() throws(TrainingError) {
    for knob in Knob.all {
      if let problem = knob.problem(self) { throw TrainingError(.invalid, problem) }
    }
  }

  /// Reads a configuration file; settings that are missing in it keep their defaults.
  ///
  /// - Throws: `TrainingError` for a file that cannot be read, is not JSON, or holds a value of the
  ///   wrong type, a value that is not allowed, or an unknown name.
  public init(jsonFile path: String) throws(TrainingError) {
    let bytes = try TrainingError.wrap(FileContents.read(path, limit: FileContents.textLimit)).bytes
    let text = try TrainingError.wrap(FileContents.text(bytes, file: path))
    guard text.first(where: { !$0.isWhitespace }) == "{" else {
      throw TrainingError(
        .invalid,
        "\(path): settings are JSON, as a run's config.json; YAML is not read")
    }
    do throws(JSONFault) { _ = try JSONValue(parsing: Array(text.utf8)) } catch {
      throw TrainingError(.invalid, "\(path): \(error.message) (byte \(error.offset))")
    }
    do {
      self = try JSONDecoder().decode(TrainingConfig.self, from: Data(text.utf8))
    } catch {
      throw TrainingError(.invalid, "\(path): \(Self.sentence(error))")
    }
  }

  /// The configuration as JSON with sorted keys.
  public var json: Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Encoding finite numbers and strings cannot fail.
    return (try? encoder.encode(self)) ?? Data()
  }

  private static func sentence(_ error: any Error) -> String {
    switch error as? DecodingError {
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      let name = context.codingPath.map(\.stringValue).joined(separator: ".")
      let expected =
        (type as? any OptionValue.Type)?.noun
        ?? (type == Bool.self ? "true or false" : "another one")
      return "the value of \(name) has the wrong type; expected \(expected)"
    case .dataCorrupted(let context), .keyNotFound(_, let context):
      return context.debugDescription
    default:
      return error.localizedDescription
    }
  }
}
