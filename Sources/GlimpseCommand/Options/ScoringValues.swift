import Glimpse

/// IoU thresholds: a list, a range `start:end:step` with both ends, or both mixed.
struct IoUThresholds: OptionValue, Hashable {
  let values: [Double]

  static var noun: String {
    "IoUs above 0 and at most 1, at most \(EvaluationParameters.mostThresholds) of them, such as "
      + "0.5,0.75 or 0.5:0.95:0.05"
  }
  static var valueName: String { "list" }

  init?(optionText: String) {
    var values: [Double] = []
    for part in optionText.fields(",") {
      guard let some = Self.values(part) else { return nil }
      values += some
    }
    let distinct = Set(values).sorted()
    guard (1...EvaluationParameters.mostThresholds).contains(distinct.count),
      distinct.allSatisfy({ $0 > 0 && $0 <= 1 })
    else { return nil }
    self.values = distinct
  }

  /// One number, or those of a range.
  private static func values(_ text: String) -> [Double]? {
    let numbers = text.fields(":").map { Double(optionText: $0) }
    if numbers.count == 1 { return numbers[0].map { [$0] } }
    guard numbers.count == 3, let start = numbers[0], let end = numbers[1], let step = numbers[2],
      start < end, step > 0
    else { return nil }
    let steps = (end - start) / step
    // The end is one of the values: 0.5:0.95:0.1 has none at 0.95.
    guard steps < 1000, abs(steps - steps.rounded()) < 1e-6 else { return nil }
    return EvaluationParameters.evenly(from: start, through: end, count: Int(steps.rounded()) + 1)
  }

  var optionText: String { values.map(\.optionText).joined(separator: ",") }
}

/// The recalls at which precision is averaged.
struct RecallPointChoice: OptionValue, Hashable {
  let points: EvaluationParameters.RecallPoints
  let optionText: String

  static var noun: String {
    "101, 11 or another number of evenly spaced points, all, or a list of recalls such as 0,0.5,1"
  }
  static var valueName: String { "points" }

  init?(optionText: String) {
    self.optionText = optionText
    if optionText.lowercased() == "all" {
      points = .every
    } else if let count = Int(optionText) {
      guard (2...10_001).contains(count) else { return nil }
      points = .evenly(count)
    } else {
      let values = optionText.fields(",").map { Double(optionText: $0) ?? -1 }
      guard values.allSatisfy({ (0...1).contains($0) }) else { return nil }
      points = .points(Set(values).sorted())
    }
  }
}

/// Limits of the detections per image and class.
struct DetectionLimits: OptionValue, Hashable {
  let values: [Int]

  static var noun: String { "whole numbers from 1, such as 1,10,100" }
  static var valueName: String { "list" }

  init?(optionText: String) {
    values = optionText.fields(",").map { Int($0) ?? 0 }
    guard values.allSatisfy({ (1...1_000_000_000).contains($0) }) else { return nil }
  }

  var optionText: String { values.map(\.optionText).joined(separator: ",") }
}

/// Ranges of areas with names.
struct AreaRanges: OptionValue, Hashable {
  let ranges: [EvaluationParameters.AreaRange]

  static var noun: String {
    "ranges of areas with distinct names that start with a letter, such as "
      + "small:0-1024,large:1024-"
  }
  static var valueName: String { "ranges" }

  init?(optionText: String) {
    var ranges: [EvaluationParameters.AreaRange] = []
    for part in optionText.fields(",") {
      guard let range = Self.range(part) else { return nil }
      // All objects are always scored.
      if range.name != EvaluationParameters.AreaRange.all.name { ranges.append(range) }
    }
    guard Set(ranges.map(\.name)).count == ranges.count else { return nil }
    self.ranges = ranges
  }

  private static func range(_ text: String) -> EvaluationParameters.AreaRange? {
    let parts = text.fields(":")
    guard parts.count == 2, let first = parts[0].first, first.isLetter,
      parts[0].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
    else { return nil }
    let ends = parts[1].fields("-")
    let highest = EvaluationParameters.AreaRange.all.upper
    guard ends.count == 2, let lower = Double(optionText: ends[0]),
      let upper = ends[1].isEmpty ? highest : Double(optionText: ends[1]), lower >= 0,
      lower < upper
    else { return nil }
    return EvaluationParameters.AreaRange(name: parts[0], lower: lower, upper: upper)
  }

  var optionText: String {
    ranges.map { "\($0.name):\($0.lower.optionText)-\($0.upper.optionText)" }
      .joined(separator: ",")
  }
}

extension String {
  /// The parts between separators, without spaces before them; empty ones stay.
  fileprivate func fields(_ separator: Character) -> [String] {
    split(separator: separator, omittingEmptySubsequences: false).map {
      String($0.drop { $0 == " " })
    }
  }
}
