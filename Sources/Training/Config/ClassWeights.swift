import Basics

/// The weights of the background and of each class in a segmentation loss, at least 0.
public struct ClassWeights: Hashable, Sendable {
  /// The weight of the background, then those of the classes.
  public var values: [Float]

  /// Makes weights: of the background, then of each class.
  public init(_ values: [Float]) { self.values = values }

  /// - Throws: `TrainingError` unless there is one weight per class, and one for the background.
  func check(classNames: [String]) throws(TrainingError) {
    guard values.count == classNames.count + 1 else {
      throw TrainingError(
        .invalid,
        "class weights are one for the background and one for each class, so "
          + "\(classNames.count + 1) for \(classNames.map { Sentence.printable($0) }.joined(separator: ", ")), not "
          + "\(values.count)")
    }
  }
}

extension ClassWeights: OptionValue, Codable {
  package static var noun: String { "numbers from 0 to 1000, of which one is above 0, such as 1,5" }
  package static var valueName: String { "numbers" }

  /// Parses numbers separated by commas.
  package init?(optionText: String) {
    var values: [Float] = []
    for part in optionText.split(separator: ",", omittingEmptySubsequences: false) {
      guard let value = Float(optionText: String(part)), (0...1000).contains(value) else {
        return nil
      }
      values.append(value)
    }
    guard values.contains(where: { $0 > 0 }) else { return nil }
    self.init(values)
  }

  package var optionText: String { values.map(\.optionText).joined(separator: ",") }

  /// Decodes the text of the option.
  public init(from decoder: any Decoder) throws { self = try Self.decodingText(from: decoder) }

  /// Encodes the text of the option.
  public func encode(to encoder: any Encoder) throws { try encodeText(to: encoder) }
}
