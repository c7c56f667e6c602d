/// A type that can be read from the command line and shown in the help as a default.
protocol OptionValue: Sendable {
  /// What is expected, for messages: "a whole number".
  static var noun: String { get }
  /// What stands for the value in the help where the option names no unit: "number".
  static var valueName: String { get }
  /// The allowed words, where there are only so many.
  static var words: [String] { get }

  /// Reads the value; nil where the text is not one.
  init?(optionText: String)
  /// The value as one would type it.
  var optionText: String { get }
}

extension OptionValue {
  static var words: [String] { [] }
}

extension Int: OptionValue {
  static var noun: String { "a whole number" }
  static var valueName: String { "number" }
  init?(optionText: String) { self.init(optionText) }
  var optionText: String { String(self) }
}

extension UInt64: OptionValue {
  static var noun: String { "a whole number, not negative" }
  static var valueName: String { "number" }
  init?(optionText: String) { self.init(optionText) }
  var optionText: String { String(self) }
}

extension Double: OptionValue {
  static var noun: String { "a number" }
  static var valueName: String { "number" }

  /// Infinite values and "nan" are refused: no option has a use for them.
  init?(optionText: String) {
    guard let value = Double(optionText), value.isFinite else { return nil }
    self = value
  }

  var optionText: String {
    self == rounded() && abs(self) < 1e15 ? String(Int(self)) : String(self)
  }
}

extension Float: OptionValue {
  static var noun: String { "a number" }
  static var valueName: String { "number" }

  init?(optionText: String) {
    guard let value = Float(optionText), value.isFinite else { return nil }
    self = value
  }

  var optionText: String {
    self == rounded() && abs(self) < 1e6 ? String(Int(self)) : String(self)
  }
}

extension String: OptionValue {
  static var noun: String { "a text" }
  static var valueName: String { "text" }

  /// An empty text is refused: it comes from an unset variable in a script.
  init?(optionText: String) {
    guard !optionText.isEmpty else { return nil }
    self = optionText
  }

  var optionText: String { self }
}

/// An enumeration whose raw values are the words that one types.
protocol OptionWord: OptionValue, CaseIterable, RawRepresentable where RawValue == String {}

extension OptionWord {
  static var noun: String { "one of the words" }
  static var valueName: String { "word" }
  static var words: [String] { allCases.map(\.rawValue) }
  init?(optionText: String) { self.init(rawValue: optionText.lowercased()) }
  var optionText: String { rawValue }
}
