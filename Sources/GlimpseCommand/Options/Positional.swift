import Glimpse

/// An argument that is told by its place and not by a name.
struct Positional<Owner: Sendable>: Sendable {
  /// What it stands for in the help: "path".
  let name: String
  let help: String
  /// How many may be given, from the lower bound on.
  let count: ClosedRange<Int>
  let apply: @Sendable (inout Owner, String) throws(CommandError) -> Void

  /// As the usage line shows it: `<path>...`, or `[<path>]` where it may be left out.
  var usage: String {
    let word = "<\(name)>" + (count.upperBound > 1 ? "..." : "")
    return count.lowerBound == 0 ? "[\(word)]" : word
  }
}

extension Positional {
  /// One argument that must be given.
  static func one<Value: OptionValue>(
    _ name: String, _ path: Option<Owner>.Path<Value>, _ rule: ValueRule<Value> = .any,
    help: String
  ) -> Positional {
    Positional(
      name: name, help: help, count: 1...1,
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
      name: name, help: help, count: 0...1,
      apply: { (owner, text) throws(CommandError) in
        owner[keyPath: path] = try rule.read(text, of: "<\(name)>")
      })
  }

  /// All arguments that are left.
  static func many<Value: OptionValue>(
    _ name: String, _ path: Option<Owner>.Path<[Value]>, atLeast: Int = 1,
    _ rule: ValueRule<Value> = .any, help: String
  ) -> Positional {
    Positional(
      name: name, help: help, count: atLeast...Int.max,
      apply: { (owner, text) throws(CommandError) in
        owner[keyPath: path].append(try rule.read(text, of: "<\(name)>"))
      })
  }
}
