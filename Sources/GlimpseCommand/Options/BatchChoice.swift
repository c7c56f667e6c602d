import Glimpse

/// Batch size: a number, or `auto` for the largest that fits into memory.
struct BatchChoice: OptionValue, Equatable {
  /// Nil for `auto`.
  let count: Int?

  static let noun = "a whole number or auto"
  static let valueName = "number"
  static let largest = 4096

  init(_ count: Int?) {
    self.count = count
  }

  init?(optionText: String) {
    if optionText.lowercased() == "auto" {
      count = nil
    } else {
      guard let number = Int(optionText) else { return nil }
      count = number
    }
  }

  var optionText: String { count.map { "\($0)" } ?? "auto" }
}

extension ValueRule where Value == BatchChoice {
  static var batch: ValueRule {
    let phrase = "from 1 to \(BatchChoice.largest), or auto"
    return .rule(phrase, expected: "a whole number \(phrase)") {
      (1...BatchChoice.largest).contains($0.count ?? 1)
    }
  }
}
