import Basics

/// A training setting, declared once: its option, its key in config.json, its validation and its
/// documentation are derived from it.
package struct Knob: Sendable {
  package typealias Path<Value> = WritableKeyPath<TrainingConfig, Value> & Sendable

  /// The name in config.json, if possible that of Ultralytics YOLO.
  package let name: String
  /// Alternative names of the option.
  package let aliases: [String]
  /// The one-letter name of the option.
  package let short: Character?
  /// The name of the value in the help, such as "epochs"; nil for a flag.
  package let unit: String?
  package let help: String
  /// The allowed values, for the help: "from 0 to 0.5"; empty if every value is allowed.
  package let range: [String]
  /// The allowed words, or words that are allowed besides other values.
  package let words: [String]
  /// The value as option text, "true" or "false" for a flag; nil if it is unset.
  package let value: @Sendable (TrainingConfig) -> String?
  /// The description of an unset value.
  private let unset: String?
  /// Parses the option's text, which is empty for a flag.
  package let parse: @Sendable (inout TrainingConfig, String) throws(ValueError) -> Void
  /// Decodes the value of a file that has its key; null keeps the default, or unsets an optional
  /// setting.
  let read: @Sendable (inout TrainingConfig, KeyedDecodingContainer<KnobKey>) throws -> Void
  let write: @Sendable (TrainingConfig, inout KeyedEncodingContainer<KnobKey>) throws -> Void
  /// The error message if the value is not allowed, else nil.
  let problem: @Sendable (TrainingConfig) -> String?

  /// The name of the option, without dashes.
  package var option: String { name.replacing("_", with: "-") }
  /// The value as option text, or the description of the default if it is unset; nil if the help
  /// shows no default.
  package func text(_ config: TrainingConfig) -> String? {
    unit == nil ? nil : value(config) ?? unset
  }
  /// The default in help and documentation, such as "416, 256 segmentation"; nil if the setting has
  /// none, or is a flag.
  package var defaultText: String? {
    guard let text = text(TrainingConfig()) else { return nil }
    let segmentation = self.text(.segmentationDefaults) ?? text
    return segmentation == text || name == "model" ? text : "\(text), \(segmentation) segmentation"
  }
  /// The notes in brackets in the help: the allowed values and the default.
  package var notes: [String] { range + (defaultText.map { ["default: \($0)"] } ?? []) }

  /// A setting with a value.
  init<Value: OptionValue & Codable & Sendable>(
    _ name: String, _ path: Path<Value>, _ rule: ValueRule<Value> = .any,
    short: Character? = nil, aliases: [String] = [], unit: String = Value.valueName, help: String
  ) {
    let key = KnobKey(name)
    (self.name, self.aliases, self.short, self.unit) = (name, aliases, short, unit)
    (self.help, range, unset, words) = (help, rule.notes, nil, rule.words)
    value = { config in
      let text = config[keyPath: path].optionText
      return text.isEmpty ? nil : text
    }
    parse = { (config, text) throws(ValueError) in config[keyPath: path] = try rule.read(text) }
    read = { config, file in
      if let value = try file.decodeIfPresent(Value.self, forKey: key) {
        config[keyPath: path] = value
      }
    }
    write = { config, file in try file.encode(config[keyPath: path], forKey: key) }
    problem = { Knob.problem(name, $0[keyPath: path], rule) }
  }

  /// An optional setting; nil is null in config.json.
  ///
  /// - Parameters:
  ///   - word: The option text for nil, such as "auto"; nil if the option is omitted instead.
  ///   - unset: The description of the default in the help.
  init<Value: OptionValue & Codable & Sendable>(
    _ name: String, _ path: Path<Value?>, _ rule: ValueRule<Value> = .any,
    short: Character? = nil, aliases: [String] = [], unit: String = Value.valueName,
    word: String? = nil, unset: String? = nil, help: String
  ) {
    let key = KnobKey(name)
    let rule = word.map { rule.or($0) } ?? rule
    (self.name, self.aliases, self.short, self.unit) = (name, aliases, short, unit)
    (self.help, range, self.unset) = (help, rule.notes, unset ?? word)
    words = rule.words + [word].compactMap(\.self)
    value = { $0[keyPath: path]?.optionText }
    parse = { (config, text) throws(ValueError) in
      config[keyPath: path] = word == text.lowercased() ? nil : try rule.read(text)
    }
    read = { config, file in
      config[keyPath: path] = try file.decodeIfPresent(Value.self, forKey: key)
    }
    write = { config, file in try file.encode(config[keyPath: path], forKey: key) }
    problem = { config in config[keyPath: path].flatMap { Knob.problem(name, $0, rule) } }
  }

  /// A Boolean setting.
  init(flag name: String, _ path: Path<Bool>, help: String) {
    let key = KnobKey(name)
    (self.name, aliases, short, unit) = (name, [], nil, nil)
    (self.help, range, unset, words) = (help, [], nil, [])
    value = { "\($0[keyPath: path])" }
    parse = { (config, _) throws(ValueError) in config[keyPath: path] = true }
    read = { config, file in
      if let value = try file.decodeIfPresent(Bool.self, forKey: key) {
        config[keyPath: path] = value
      }
    }
    write = { config, file in try file.encode(config[keyPath: path], forKey: key) }
    problem = { _ in nil }
  }

  private static func problem<Value: OptionValue>(
    _ name: String, _ value: Value, _ rule: ValueRule<Value>
  ) -> String? {
    // Values without option text are not allowed either: empty strings, non-finite numbers.
    if Value(optionText: value.optionText) != nil, rule.allows(value) { return nil }
    return "\(name) is \(Sentence.quoted(value.optionText)), but takes \(rule.expected)"
  }
}

/// The headings of the settings in help and documentation.
package enum KnobGroup: String, CaseIterable, Sendable {
  case data = "Data and model"
  case length = "Schedule"
  case loss = "Loss"
  case optimizer = "Optimizer"
  case color = "Color augmentation"
  case geometry = "Geometric augmentation"
  case mixing = "Mosaic, mixup and copy-paste"
  case images = "Image loading"
  case machine = "Machine"
  case run = "Run"
}

/// The name of a setting as a key of config.json.
struct KnobKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.init(stringValue) }
  init?(intValue: Int) { nil }
}
