import Basics

/// A class of predictions that a ground truth has under another name, as in `tvmonitor=tv`.
package struct ClassRename: Hashable, Sendable {
  /// The name in the predictions.
  package let predicted: String
  /// The name in the ground truth.
  package let groundTruth: String

  package init(predicted: String, groundTruth: String) {
    self.predicted = predicted
    self.groundTruth = groundTruth
  }

  /// Classes whose names differ between Pascal VOC and COCO.
  private static let synonyms = [
    ["aeroplane", "airplane"], ["motorbike", "motorcycle"], ["sofa", "couch"], ["tvmonitor", "tv"],
  ]

  /// The names of classes of `predictions` that probably mean another name of `groundTruth`: they
  /// differ in case and spaces only, or between Pascal VOC and COCO.
  package static func suggestions(
    for predictions: [String], in groundTruth: [String]
  ) -> [ClassRename] {
    func spellings(_ name: String) -> Set<String> {
      let plain = name.lowercased().filter { !" _-".contains($0) }
      return Set(synonyms.first { $0.contains(plain) } ?? [plain])
    }
    let known = Set(groundTruth)
    let candidates = groundTruth.map { (name: $0, spellings: spellings($0)) }
    return predictions.filter { !known.contains($0) }.compactMap { name in
      let wanted = spellings(name)
      return candidates.first { !$0.spellings.isDisjoint(with: wanted) }.map {
        ClassRename(predicted: name, groundTruth: $0.name)
      }
    }
  }
}

extension ClassRename: OptionValue {
  package static var valueName: String { "name=name" }
  package static var noun: String { "two class names, as in tvmonitor=tv" }

  package init?(optionText: String) {
    let parts = optionText.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    self.init(predicted: parts[0], groundTruth: parts[1])
  }

  package var optionText: String { "\(predicted)=\(groundTruth)" }
}
