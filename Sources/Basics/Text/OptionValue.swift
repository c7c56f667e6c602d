/// A type that can be read from an option's text and shown in the help as a default.
package protocol OptionValue: Sendable {
  /// What is expected, for messages: "a whole number".
  static var noun: String { get }
  /// Placeholder of the value in the help, if the option names no unit: "number".
  static var valueName: String { get }
  /// The allowed words; empty if they cannot be listed.
  static var words: [String] { get }

  /// Reads the value; nil where the text is not one.
  init?(optionText: String)
  /// The value as one would type it.
  var optionText: String { get }
}

extension OptionValue {
  package static var words: [String] { [] }
}

extension Int: OptionValue {
  package static var noun: String { "a whole number" }
  package static var valueName: String { "number" }
  package init?(optionText: String) { self.init(optionText) }
  package var optionText: String { String(self) }
}

extension UInt64: OptionValue {
  package static var noun: String { "a whole number, not negative" }
  package static var valueName: String { "number" }
  package init?(optionText: String) { self.init(optionText) }
  package var optionText: String { String(self) }
}

extension OptionValue where Self: BinaryFloatingPoint & LosslessStringConvertible {
  package static var noun: String { "a number" }
  package static var valueName: String { "number" }

  /// Infinite values and "nan" are refused: no option needs them.
  package init?(optionText: String) {
    guard let value = Self(optionText), value.isFinite else { return nil }
    self = value
  }

  /// Without a fraction where there is none, below a bound up to which integers are exact.
  fileprivate func text(wholeBelow bound: Self) -> String {
    self == rounded() && abs(self) < bound ? String(Int(self)) : String(self)
  }
}

extension Double: OptionValue {
  package var optionText: String { text(wholeBelow: 1e15) }
}

extension Float: OptionValue {
  package var optionText: String { text(wholeBelow: 1e6) }
}

extension String: OptionValue {
  package static var noun: String { "a text" }
  package static var valueName: String { "text" }

  /// An empty text is refused: it comes from an unset variable in a script.
  package init?(optionText: String) {
    guard !optionText.isEmpty else { return nil }
    self = optionText
  }

  package var optionText: String { self }
}

/// An enumeration whose raw values are the words that one types.
package protocol OptionWord: OptionValue, CaseIterable, RawRepresentable where RawValue == String {}

extension OptionWord {
  package static var noun: String { "one of the words" }
  package static var valueName: String { "word" }
  package static var words: [String] { allCases.map(\.rawValue) }
  package init?(optionText: String) { self.init(rawValue: optionText.lowercased()) }
  package var optionText: String { rawValue }
}
