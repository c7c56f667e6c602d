import Glimpse

/// Parses the command-line arguments of a command.
///
/// - `--name value`, `--name=value`, `-n value`, `-n=value`; underscores in a name count as dashes.
/// - `--` ends the options: arguments follow. A lone `-` is an argument.
/// - A value starts with a dash only if it is a number, or after an equals sign: `--name=-x`.
/// - `--help` and `-h` override everything before `--`.
/// - Options that set others or their defaults are applied first, regardless of their position.
enum ArgumentParser<C: Command> {
  enum Request {
    case help
    case run(C)
  }

  static func parse(_ words: [String]) throws(CommandError) -> Request {
    if words.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
      return .help
    }
    var arguments: [String] = []
    var given: [(option: Option<C>, value: String)] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        arguments += rest
        break
      }
      guard word.hasPrefix("-"), word != "-", Double(word) == nil else {
        try checkForLostDashes(word)
        arguments.append(word)
        continue
      }
      let (option, attached) = try find(word)
      given.append((option, try value(of: option, attached: attached, from: &rest)))
    }
    var command = C()
    for stage in Option<C>.Stage.allCases {
      for (option, value) in given where option.stage == stage { try option.apply(&command, value) }
    }
    try assign(arguments, to: &command)
    try command.check(given: Set(given.map(\.option.name)))
    return .run(command)
  }

  private static var options: [Option<C>] { C.options.groups.flatMap(\.options) }

  /// The option that an argument names, and the value after its equals sign.
  private static func find(_ word: String) throws(CommandError) -> (Option<C>, String?) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let attached = parts.count > 1 ? String(parts[1]) : nil
    let spelled = String(parts[0])
    let name = String(spelled.drop { $0 == "-" }).replacing("_", with: "-")
    let found =
      spelled.hasPrefix("--")
      ? options.first { $0.isNamed(name) }
      : options.first { $0.short.map(String.init) == name }
    if let found { return (found, attached) }
    let known = options.map(\.name) + ["help"]
    let hint = Nearest.suggestion(for: name, among: known, prefix: "--")
    throw .usage(
      "unknown option \(Sentence.printable(spelled))"
        + (hint.isEmpty ? "; 'glimpse \(C.name) --help' lists those of \(C.name)" : hint))
  }

  /// The value after an equals sign, or else the next word; empty for a flag.
  private static func value(
    of option: Option<C>, attached: String?, from rest: inout ArraySlice<String>
  ) throws(CommandError) -> String {
    guard let valueName = option.valueName else {
      guard let attached else { return "" }
      throw .usage(
        "\(option.spelling) takes no value, but was given \(Sentence.quoted(attached))")
    }
    if let attached { return attached }
    if let next = rest.first, !next.hasPrefix("-") || next == "-" || Double(next) != nil {
      rest.removeFirst()
      return next
    }
    throw .usage("\(option.spelling) needs a value: \(option.spelling) <\(valueName)>")
  }

  /// Suggests `--conf=0.3` for `conf=0.3`, the syntax of other tools.
  private static func checkForLostDashes(_ word: String) throws(CommandError) {
    let name = word.prefix { $0 != "=" }.replacing("_", with: "-")
    guard name.count < word.count, options.contains(where: { $0.isNamed(String(name)) }) else {
      return
    }
    let value = word.dropFirst(name.count)
    throw .usage("unknown argument \(Sentence.quoted(word)); did you mean --\(name)\(value)?")
  }

  /// Assigns positional arguments in the order of their declaration; each takes as many as
  /// possible.
  private static func assign(_ words: [String], to command: inout C) throws(CommandError) {
    var rest = words[...]
    for (index, place) in C.arguments.enumerated() {
      let needed = C.arguments[(index + 1)...].reduce(0) { $0 + $1.count.lowerBound }
      let taken = min(place.count.upperBound, max(rest.count - needed, 0))
      guard taken >= place.count.lowerBound else {
        throw .usage(
          "\(C.name) needs \(place.count.lowerBound > 1 ? "at least \(place.count.lowerBound) " : "")"
            + "\(place.usage); 'glimpse \(C.name) --help' describes it")
      }
      for word in rest.prefix(taken) { try place.apply(&command, word) }
      rest.removeFirst(taken)
    }
    guard let first = rest.first else { return }
    let places = C.arguments.map(\.usage).joined(separator: " ")
    throw .usage(
      places.isEmpty
        ? "unexpected argument \(Sentence.quoted(first)); \(C.name) takes no arguments"
        : "unexpected argument \(Sentence.quoted(first)); \(C.name) takes only \(places)")
  }
}
