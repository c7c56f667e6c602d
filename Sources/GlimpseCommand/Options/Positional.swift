import Glimpse

/// A positional argument.
struct Positional<Owner: Sendable>: Sendable {
  /// The name in the help: "path".
  let name: String
  let help: String
  /// The allowed number of values.
  let count: ClosedRange<Int>
  /// The allowed words; empty where it is a path.
  let words: [String]
  let apply: @Sendable (inout Owner, String) throws(CommandError) -> Void

  /// As the usage line shows it: `<path>...`, or `[<path>]` where it may be left out.
  var usage: String {
    let usage = "<\(name)>" + (count.upperBound > 1 ? "..." : "")
    return count.lowerBound == 0 ? "[\(usage)]" : usage
  }
}

extension Positional {
  /// One required argument.
  static func one<Value: OptionValue>(
    _ name: String, _ path: Option<Owner>.Path<Value>, _ rule: ValueRule<Value> = .any,
    help: String
  ) -> Positional {
    Positional(
      name: name, help: help, count: 1...1, words: rule.words,
      apply: { (owner, text) throws(CommandError) in
        owner[keyPath: path] = try rule.read(text, of: "<\(name)>")
      })
  }

  /// One argument that may be left out.
  static func optional<Value: OptionValue>(
    _ name: String, _ path: Option<Owner>.Path<Value?>, _ rule: ValueRule<Value> = .any,
    help: String
  ) -> Positional {
    Positional(
      name: name, help: help, count: 0...1, words: rule.words,
      apply: { (owner, text) throws(CommandError) in
        owner[keyPath: path] = try rule.read(text, of: "<\(name)>")
      })
  }

  /// All remaining arguments, at least one.
  static func many<Value: OptionValue>(
    _ name: String, _ path: Option<Owner>.Path<[Value]>, _ rule: ValueRule<Value> = .any,
    help: String
  ) -> Positional {
    Positional(
      name: name, help: help, count: 1...Int.max, words: rule.words,
      apply: { (owner, text) throws(CommandError) in
        owner[keyPath: path].append(try rule.read(text, of: "<\(name)>"))
      })
  }
}
