import Glimpse

/// One option of a command: its names, the property that it sets, its help.
///
/// The property's initial value is the default, which the help shows. Of an option given twice the
/// last value counts, unless it collects values.
struct Option<Owner: Sendable>: Sendable {
  /// The key path of the option's value in the command.
  typealias Path<Value> = WritableKeyPath<Owner, Value> & Sendable

  /// The long name without leading dashes.
  let name: String
  /// The one-letter name.
  let short: Character?
  /// The value's name in the help (metavar); nil for a flag.
  let valueName: String?
  let help: String
  /// Additions to the help in brackets: allowed values, default.
  let notes: @Sendable (Owner) -> [String]
  /// The allowed words of an enumeration, or words that are allowed besides other values.
  var words: [String] = []
  /// When it is applied, wherever it stands on the command line.
  var stage = Stage.own
  /// The value where none follows; nil if the option needs one.
  var bareValue: String?
  /// Other long names that are accepted but not shown in the help.
  var aliases: [String] = []
  /// Parses the text, which is empty for a flag, into the property.
  var apply: @Sendable (inout Owner, String) throws(CommandError) -> Void

  /// The order in which options are applied; later ones override earlier ones.
  enum Stage: CaseIterable, Sendable {
    /// It sets all options from a file.
    case file
    /// The defaults of others depend on it.
    case defaults
    /// It sets a value of its own.
    case own
  }

  var spelling: String { "--\(name)" }

  /// The same option under further long names, which the help does not show.
  func alias(_ names: String...) -> Option {
    var option = self
    option.aliases += names
    return option
  }

  /// The same option with a value that may be left out.
  func orBare(_ value: String) -> Option {
    var option = self
    option.bareValue = value
    return option
  }

  /// Whether a long name, without its dashes, names this option.
  func isNamed(_ name: String) -> Bool { self.name == name || aliases.contains(name) }
}

extension Option {
  /// An option without a value.
  static func flag(
    _ name: String, short: Character? = nil, _ path: Path<Bool>, sets value: Bool = true,
    help: String
  ) -> Option {
    Option(
      name: name, short: short, valueName: nil, help: help, notes: { _ in [] },
      apply: { (owner, _) throws(CommandError) in owner[keyPath: path] = value })
  }

  /// An option without a value, which stays unset where it is not given.
  static func flag(_ name: String, _ path: Path<Bool?>, sets value: Bool, help: String) -> Option {
    Option(
      name: name, short: nil, valueName: nil, help: help, notes: { _ in [] },
      apply: { (owner, _) throws(CommandError) in owner[keyPath: path] = value })
  }

  /// An option with one value.
  ///
  /// - Parameter unit: The value's name in the help, such as "pixels".
  static func value<Value: OptionValue>(
    _ name: String, short: Character? = nil, _ path: Path<Value>,
    _ rule: ValueRule<Value> = .any, unit: String? = nil, help: String
  ) -> Option {
    Option(
      name: name, short: short, valueName: unit ?? Value.valueName, help: help,
      notes: { rule.notes + ["default: \($0[keyPath: path].optionText)"] }, words: rule.words,
      apply: { (owner, text) throws(CommandError) in
        owner[keyPath: path] = try rule.read(text, of: "--\(name)")
      })
  }

  /// An option with one value that may stay unset.
  ///
  /// - Parameter unset: The default as the help shows it.
  static func value<Value: OptionValue>(
    _ name: String, short: Character? = nil, _ path: Path<Value?>,
    _ rule: ValueRule<Value> = .any, unit: String? = nil, unset: String? = nil, help: String
  ) -> Option {
    Option(
      name: name, short: short, valueName: unit ?? Value.valueName, help: help,
      notes: { _ in rule.notes + (unset.map { ["default: \($0)"] } ?? []) }, words: rule.words,
      apply: { (owner, text) throws(CommandError) in
        owner[keyPath: path] = try rule.read(text, of: "--\(name)")
      })
  }

  /// An option that sets many others from a file.
  static func settings(
    _ name: String, unit: String, help: String,
    from read: @escaping @Sendable (inout Owner, String) throws(CommandError) -> Void
  ) -> Option {
    Option(
      name: name, short: nil, valueName: unit, help: help, notes: { _ in [] },
      stage: .file,
      apply: { (owner, text) throws(CommandError) in
        try read(&owner, ValueRule<String>.any.read(text, of: "--\(name)"))
      })
  }

  /// An option that may be repeated and takes several values separated by commas.
  static func values<Value: OptionValue>(
    _ name: String, short: Character? = nil, _ path: Path<[Value]>,
    _ rule: ValueRule<Value> = .any, unit: String? = nil, unset: String? = nil, help: String
  ) -> Option {
    Option(
      name: name, short: short, valueName: "\(unit ?? Value.valueName),...", help: help,
      notes: { _ in rule.notes + (unset.map { ["default: \($0)"] } ?? []) }, words: rule.words,
      apply: { (owner, text) throws(CommandError) in
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
          // 'cat, dog' is one word with a space.
          let value = part.drop { $0 == " " }
          owner[keyPath: path].append(try rule.read(String(value), of: "--\(name)"))
        }
      })
  }
}

extension Option {
  /// Makes the option of a training setting; `path` is the command's configuration.
  init(_ knob: Knob, _ path: Path<TrainingConfig>) {
    self.init(
      name: knob.option, short: knob.short, valueName: knob.unit, help: knob.help,
      notes: { _ in knob.notes }, words: knob.words, aliases: knob.aliases,
      apply: { (owner, text) throws(CommandError) in
        do throws(ValueError) {
          try knob.parse(&owner[keyPath: path], text)
        } catch {
          throw .usage("--\(knob.option) \(error.message)")
        }
      })
  }
}

/// The options of a command under the headings of its help.
struct OptionGroups<Owner: Sendable>: Sendable {
  let groups: [(title: String, options: [Option<Owner>])]
}

extension OptionGroups: ExpressibleByDictionaryLiteral {
  init(dictionaryLiteral groups: (String, [Option<Owner>])...) {
    self.init(groups: groups)
  }
}

extension ValueRule {
  /// Parses and checks one value; `source` is its option or argument.
  func read(_ text: String, of source: String) throws(CommandError) -> Value {
    do {
      return try read(text)
    } catch {
      throw .usage("\(source) \(error.message)")
    }
  }
}
