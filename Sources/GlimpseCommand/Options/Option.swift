import Glimpse

/// One option of a command: how it is written, which property it sets, what the help says.
///
/// The property's initial value is the default, so it is declared once, beside its unit, and the
/// help reads it from there. An option given twice keeps the last value, unless it collects values.
struct Option<Owner: Sendable>: Sendable {
  /// A place for the option's value in its command, or in a configuration that the command holds.
  typealias Path<Value> = WritableKeyPath<Owner, Value> & Sendable

  /// The long name without dashes, in lower case, words joined by one dash.
  let name: String
  /// A letter that may be written after a single dash instead.
  let short: Character?
  /// What stands for the value in the help; nil for a flag.
  let valueName: String?
  let help: String
  /// What the help adds in brackets: allowed values, default.
  let notes: @Sendable (Owner) -> [String]
  /// True where it takes over many settings at once: it is applied before all others, so that those
  /// win wherever they stand on the command line.
  var appliesFirst = false
  /// Other long names that are accepted but not shown in the help.
  var aliases: [String] = []
  /// Reads the text that was given, which is empty for a flag, into the property.
  let apply: @Sendable (inout Owner, String) throws(CommandError) -> Void

  /// The option as one writes it.
  var spelling: String { "--\(name)" }

  /// The same option under further long names, which the help does not show.
  func alias(_ names: String...) -> Option {
    var option = self
    option.aliases += names
    return option
  }

  /// Whether a long name, without its dashes, means this option.
  func isNamed(_ name: String) -> Bool { self.name == name || aliases.contains(name) }
}

extension Option {
  /// An option without a value, which sets a property to true, or to false for a "no-" option.
  static func flag(
    _ name: String, short: Character? = nil, _ path: Path<Bool>, sets value: Bool = true,
    help: String
  ) -> Option {
    Option(
      name: name, short: short, valueName: nil, help: help, notes: { _ in [] },
      apply: { (owner, _) throws(CommandError) in owner[keyPath: path] = value })
  }

  /// An option with one value, and the property's initial value as its default.
  ///
  /// - Parameter unit: what the value counts, used as its name in the help: "pixels".
  static func value<Value: OptionValue>(
    _ name: String, short: Character? = nil, _ path: Path<Value>,
    _ rule: ValueRule<Value> = .any, unit: String? = nil, help: String
  ) -> Option {
    Option(
      name: name, short: short, valueName: unit ?? Value.valueName, help: help,
      notes: { rule.notes + ["default: \($0[keyPath: path].optionText)"] },
      apply: { (owner, text) throws(CommandError) in
        owner[keyPath: path] = try rule.read(text, of: "--\(name)")
      })
  }

  /// An option with one value that may stay unset.
  ///
  /// - Parameter unset: what then happens, as the help tells it: "default: the built-in weights".
  static func value<Value: OptionValue>(
    _ name: String, short: Character? = nil, _ path: Path<Value?>,
    _ rule: ValueRule<Value> = .any, unit: String? = nil, unset: String? = nil, help: String
  ) -> Option {
    Option(
      name: name, short: short, valueName: unit ?? Value.valueName, help: help,
      notes: { _ in rule.notes + (unset.map { ["default: \($0)"] } ?? []) },
      apply: { (owner, text) throws(CommandError) in
        owner[keyPath: path] = try rule.read(text, of: "--\(name)")
      })
  }

  /// An option that takes over settings from a file, before all other options are applied.
  static func settings(
    _ name: String, unit: String, help: String,
    from read: @escaping @Sendable (inout Owner, String) throws(CommandError) -> Void
  ) -> Option {
    Option(
      name: name, short: nil, valueName: unit, help: help, notes: { _ in [] },
      appliesFirst: true,
      apply: { (owner, text) throws(CommandError) in
        try read(&owner, ValueRule<String>.any.read(text, of: "--\(name)"))
      })
  }

  /// An option that may be repeated and takes several values at once, separated by commas.
  static func values<Value: OptionValue>(
    _ name: String, short: Character? = nil, _ path: Path<[Value]>,
    _ rule: ValueRule<Value> = .any, unit: String? = nil, unset: String? = nil, help: String
  ) -> Option {
    Option(
      name: name, short: short, valueName: "\(unit ?? Value.valueName),...", help: help,
      notes: { _ in rule.notes + (unset.map { ["default: \($0)"] } ?? []) },
      apply: { (owner, text) throws(CommandError) in
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
          owner[keyPath: path].append(try rule.read(String(part), of: "--\(name)"))
        }
      })
  }
}

/// Options that the help shows under one heading.
struct OptionGroup<Owner: Sendable>: Sendable {
  let title: String
  let options: [Option<Owner>]

  init(_ title: String, _ options: [Option<Owner>]) {
    self.title = title
    self.options = options
  }
}

extension ValueRule {
  /// What the help says about the allowed values.
  fileprivate var notes: [String] {
    words.isEmpty ? phrase.map { [$0] } ?? [] : [words.joined(separator: ", ")]
  }

  /// Reads one value and checks it; `source` is the option or argument that it was given for.
  func read(_ text: String, of source: String) throws(CommandError) -> Value {
    if let value = Value(optionText: text) {
      if allows(value) { return value }
      let hint = nearest(value).map { "; the nearest is \($0.optionText)" } ?? ""
      throw .usage("\(source) takes \(expected), not \(Sentence.quoted(text))\(hint)")
    }
    let hint = Nearest.suggestion(for: text, among: words)
    let wanted = words.isEmpty ? expected : Sentence.alternatives(words)
    throw .usage("\(source) takes \(wanted), not \(Sentence.quoted(text))\(hint)")
  }
}
