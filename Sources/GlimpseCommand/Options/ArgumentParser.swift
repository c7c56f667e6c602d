import Glimpse

/// Parses the command-line arguments of a command.
///
/// - `--name value`, `--name=value`, `-n value`, `-n=value`; underscores in a name count as dashes.
/// - `--` ends the options: arguments follow. A lone `-` is an argument.
/// - A value starts with a dash only if it is a number, or after an equals sign: `--name=-x`.
/// - `--help` and `-h` override everything before `--`.
/// - Options that set others or their defaults are applied first, regardless of their position.
/// - All unknown options are reported at once.
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
    var problems: [String] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        arguments += rest
        break
      }
      guard word.hasPrefix("-"), word != "-", Double(word) == nil else {
        if let problem = lostDashes(word) { problems.append(problem) }
        arguments.append(word)
        continue
      }
      let (spelled, attached) = parts(of: word)
      guard let option = option(spelled) else {
        problems.append("unknown option \(Sentence.printable(spelled))\(hint(for: spelled))")
        continue
      }
      given.append((option, try value(of: option, attached: attached, from: &rest)))
    }
    guard problems.isEmpty else { throw .usage(paragraph(problems)) }
    var command = C()
    for stage in Option<C>.Stage.allCases {
      for (option, value) in given where option.stage == stage {
        do throws(CommandError) { try option.apply(&command, value) } catch {
          throw Habits.advice(on: value, of: option.name).map { error.adding($0) } ?? error
        }
      }
    }
    try assign(arguments, to: &command)
    let names = Set(given.map(\.option.name))
    try command.check(given: names)
    command.finish(given: names)
    return .run(command)
  }

  private static var options: [Option<C>] { C.options.groups.flatMap(\.options) }

  /// A word without and after its equals sign.
  private static func parts(of word: String) -> (spelled: String, attached: String?) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    return (String(parts[0]), parts.count > 1 ? String(parts[1]) : nil)
  }

  private static func name(_ spelled: String) -> String {
    String(spelled.drop { $0 == "-" }).replacing("_", with: "-")
  }

  /// The option of a spelling, also one that is usual in other programs.
  private static func option(_ spelled: String) -> Option<C>? {
    let name = name(spelled)
    guard spelled.hasPrefix("--") else {
      return options.first { $0.short.map(String.init) == name }
    }
    return options.first { $0.isNamed(name) }
      ?? Habits.aliases[name].flatMap { usual in options.first { $0.isNamed(usual) } }
  }

  /// What to use instead of an unknown option, after the words that name it.
  private static func hint(for spelled: String) -> String {
    let name = name(spelled)
    if let answer = Habits.answer(to: name, options: Set(options.map(\.name))) {
      return ": " + answer
    }
    let known = options.map(\.name) + ["help"]
    if let near = Nearest.match(for: name, among: known) { return "; did you mean --\(near)?" }
    let usual = Habits.aliases.keys.filter { option("--\($0)") != nil }.sorted()
    if let near = Nearest.match(for: name, among: usual), let option = option("--\(near)") {
      return "; did you mean \(option.spelling)?"
    }
    return "; 'glimpse \(C.name) --help' lists those of \(C.name)"
  }

  /// Sentences without a full stop as one text.
  private static func paragraph(_ sentences: [String]) -> String {
    sentences.dropFirst().reduce(sentences[0]) { text, sentence in
      text + (text.hasSuffix("?") ? " " : ". ") + sentence.prefix(1).uppercased()
        + sentence.dropFirst()
    }
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
    if let value = option.bareValue { return value }
    throw .usage("\(option.spelling) needs a value: \(option.spelling) <\(valueName)>")
  }

  /// Suggests `--conf=0.3` for `conf=0.3`, the syntax of other tools.
  private static func lostDashes(_ word: String) -> String? {
    let (name, value) = parts(of: word)
    guard let value, let option = option("--\(name)") else { return nil }
    return "unknown argument \(Sentence.quoted(word)); did you mean \(option.spelling)=\(value)?"
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
    if places.isEmpty, options.contains(where: { $0.name == "data" }) {
      throw .usage(
        "unexpected argument \(Sentence.quoted(first)); did you mean --data "
          + "\(Sentence.printable(first))?")
    }
    throw .usage(
      places.isEmpty
        ? "unexpected argument \(Sentence.quoted(first)); \(C.name) takes no arguments"
        : "unexpected argument \(Sentence.quoted(first)); \(C.name) takes only \(places)")
  }
}
