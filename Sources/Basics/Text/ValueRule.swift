/// A constraint on the values of an option.
package struct ValueRule<Value: OptionValue>: Sendable {
  /// The constraint in the help, as in "[from 0 to 1; default: 0.25]"; nil if there is none.
  package let phrase: String?
  /// The constraint in error messages, as in "takes a number from 0 to 1".
  package let expected: String
  /// The allowed words; empty if the type is not an enumeration.
  package let words: [String]
  package let allows: @Sendable (Value) -> Bool
  /// The closest allowed value, for error messages.
  package let nearest: @Sendable (Value) -> Value?

  private init(
    phrase: String?, expected: String, words: [String] = Value.words,
    nearest: @escaping @Sendable (Value) -> Value? = { _ in nil },
    allows: @escaping @Sendable (Value) -> Bool
  ) {
    self.phrase = phrase
    self.expected = expected
    self.words = words
    self.nearest = nearest
    self.allows = allows
  }

  /// A custom constraint, with its texts for the help and for error messages.
  package static func rule(
    _ phrase: String, expected: String,
    nearest: @escaping @Sendable (Value) -> Value? = { _ in nil },
    allows: @escaping @Sendable (Value) -> Bool
  ) -> ValueRule {
    ValueRule(phrase: phrase, expected: expected, nearest: nearest, allows: allows)
  }

  /// No constraint.
  package static var any: ValueRule {
    ValueRule(phrase: nil, expected: Value.noun) { _ in true }
  }

  /// The same constraint, with an additional word in its texts; the caller parses the word.
  package func or(_ word: String) -> ValueRule {
    ValueRule(
      phrase: phrase.map { "\($0), or \(word)" }, expected: "\(expected), or \(word)", words: words,
      nearest: nearest, allows: allows)
  }

  /// The allowed values for the help; empty if every value is allowed.
  package var notes: [String] {
    words.isEmpty ? phrase.map { [$0] } ?? [] : [words.joined(separator: ", ")]
  }

  /// "; did you mean 0.4?" for 40, where at most 1 is allowed. Below 5 it is hardly a percentage.
  private func fraction(of percentage: String) -> String? {
    guard let number = Double(percentage), number >= 5, number <= 100,
      Value(optionText: "2").map(allows) == false,
      let value = Value(optionText: "\(number / 100)"), allows(value)
    else { return nil }
    return "; did you mean \(value.optionText)?"
  }

  /// "; did you mean 0.5?" for 0,5, where a number is expected.
  private func point(insteadOfCommaIn text: String) -> String? {
    guard text.contains(","), !text.contains("."), Double(text.replacing(",", with: ".")) != nil,
      let value = Value(optionText: text.replacing(",", with: ".")), allows(value)
    else { return nil }
    return "; numbers have a decimal point; did you mean \(value.optionText)?"
  }

  /// Parses a value; throws if it is invalid or not allowed.
  package func read(_ text: String) throws(ValueError) -> Value {
    let value = Value(optionText: text)
    if let value, allows(value) { return value }
    let hint =
      value.flatMap(nearest).map { "; the nearest is \($0.optionText)" } ?? fraction(of: text)
      ?? point(insteadOfCommaIn: text) ?? Nearest.suggestion(for: text, among: words)
    let wanted = value == nil && !words.isEmpty ? Sentence.alternatives(words) : expected
    throw ValueError(message: "takes \(wanted), not \(Sentence.quoted(text))\(hint)")
  }
}

/// The reason why a text is not an allowed value.
package struct ValueError: Error, Hashable, Sendable {
  /// The text after the name of the option: "takes a number from 0 to 1, not '2'".
  package let message: String
}

extension ValueRule where Value: Comparable {
  /// The closed interval from `lowest` to `highest`.
  package static func from(_ lowest: Value, to highest: Value) -> ValueRule {
    let phrase = "from \(lowest.optionText) to \(highest.optionText)"
    return ValueRule(phrase: phrase, expected: "\(Value.noun) \(phrase)") {
      lowest <= $0 && $0 <= highest
    }
  }

  /// The half-open interval from `lowest` up to, but not including, `bound`.
  package static func from(_ lowest: Value, below bound: Value) -> ValueRule {
    let phrase = "from \(lowest.optionText) to below \(bound.optionText)"
    return ValueRule(phrase: phrase, expected: "\(Value.noun) \(phrase)") {
      lowest <= $0 && $0 < bound
    }
  }

  package static func atLeast(_ lowest: Value) -> ValueRule {
    let phrase = "at least \(lowest.optionText)"
    return ValueRule(phrase: phrase, expected: "\(Value.noun) of \(phrase)") { $0 >= lowest }
  }

  package static func above(_ bound: Value) -> ValueRule {
    let phrase = "above \(bound.optionText)"
    return ValueRule(phrase: phrase, expected: "\(Value.noun) \(phrase)") { $0 > bound }
  }
}

extension ValueRule where Value == Int {
  /// Multiples of `step` from `step` to `highest`.
  package static func multiple(of step: Int, to highest: Int) -> ValueRule {
    let phrase = "a multiple of \(step), at most \(highest)"
    return ValueRule(
      phrase: phrase, expected: phrase,
      nearest: { value in
        let bounded = min(max(value, step), highest)
        return min((bounded + step / 2) / step * step, highest / step * step)
      },
      allows: { $0 >= step && $0 <= highest && $0 % step == 0 })
  }
}

extension ValueRule {
  /// A subset of the words; `expected` names their common kind, as in "takes a detector".
  package static func among(_ values: [Value], _ expected: String) -> ValueRule {
    let words = values.map(\.optionText)
    return ValueRule(
      phrase: nil, expected: "\(expected) (\(Sentence.alternatives(words)))", words: words
    ) { words.contains($0.optionText) }
  }
}
