import Basics

/// A time that a training may take.
public struct TrainingTime: Hashable, Sendable {
  /// In seconds, above 0.
  public var seconds: Double

  /// Makes a time in seconds.
  public init(seconds: Double) { self.seconds = seconds }
}

extension TrainingTime: OptionValue, Codable {
  package static var noun: String { "a time such as 2h, 30m, 90s or 1h30m; a number means hours" }
  package static var valueName: String { "time" }

  private static let units: [Character: Double] = ["d": 86_400, "h": 3600, "m": 60, "s": 1]

  /// Parses numbers with units, or a number of hours.
  package init?(optionText: String) {
    if let hours = Double(optionText) {
      self.init(seconds: hours * 3600)
    } else {
      var seconds = 0.0
      var rest = optionText.lowercased()[...]
      while !rest.isEmpty {
        let number = rest.prefix { $0.isNumber || $0 == "." }
        guard let value = Double(number), let unit = rest.dropFirst(number.count).first,
          let length = Self.units[unit]
        else { return nil }
        seconds += value * length
        rest = rest.dropFirst(number.count + 1)
      }
      self.init(seconds: seconds)
    }
    guard seconds > 0, seconds.isFinite else { return nil }
  }

  /// In seconds: "7200s".
  package var optionText: String { seconds.optionText + "s" }

  /// Decodes the text of the option.
  public init(from decoder: any Decoder) throws { self = try Self.decodingText(from: decoder) }

  /// Encodes the text of the option.
  public func encode(to encoder: any Encoder) throws { try encodeText(to: encoder) }
}
