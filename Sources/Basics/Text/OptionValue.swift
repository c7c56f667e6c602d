/// A type that can be parsed from the text of a command-line option and printed in the help.
package protocol OptionValue: Sendable {
  /// The expected kind of value, for error messages: "a whole number".
  static var noun: String { get }
  /// The name of the value in the help, for options without a unit: "number".
  static var valueName: String { get }
  /// The allowed words; empty if the type is not an enumeration.
  static var words: [String] { get }

  /// Parses the value; nil if the text is invalid.
  init?(optionText: String)
  /// The value as a user would type it.
  var optionText: String { get }
}

extension OptionValue {
  package static var words: [String] { [] }

  /// Decodes a value that a file holds as the text of its option.
  package static func decodingText(from decoder: any Decoder) throws -> Self {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = Self(optionText: text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\"\(text)\" is not \(noun)")
    }
    return value
  }

  /// Encodes the text of the option.
  package func encodeText(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(optionText)
  }
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

  /// Parses a finite number; infinities and NaN are rejected.
  package init?(optionText: String) {
    guard let value = Self(optionText), value.isFinite else { return nil }
    self = value
  }

  /// Formats integers without ".0" if they are below `bound`, up to which integers are exact.
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

  /// Rejects empty text, which usually results from an unset variable in a script.
  package init?(optionText: String) {
    guard !optionText.isEmpty else { return nil }
    self = optionText
  }

  package var optionText: String { self }
}

/// An enumeration whose raw values are the words that users type.
package protocol OptionWord: OptionValue, CaseIterable, RawRepresentable where RawValue == String {}

extension OptionWord {
  package static var noun: String { "one of the words" }
  package static var valueName: String { "word" }
  package static var words: [String] { allCases.map(\.rawValue) }
  package init?(optionText: String) { self.init(rawValue: optionText.lowercased()) }
  package var optionText: String { rawValue }
}
