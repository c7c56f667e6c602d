import Basics

/// A weighted sum of losses over pixels, such as `ce+dice` or `0.5*bce+dice`.
public struct SegmentationLossMix: Hashable, Sendable {
  /// The losses that can be summed.
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// Cross-entropy of the head: of the softmax over all classes, or of the sigmoid of each class.
    case crossEntropy = "ce"
    /// The same by the name that is usual with a sigmoid.
    case binaryCrossEntropy = "bce"
    /// 1 - Dice of the classes, over all pixels of the batch (Milletari et al. 2016, "V-Net", with the
    /// sums of Drozdzal et al. 2016).
    case dice
    /// The same for each image, averaged over the images.
    case samplewiseDice = "dice_sample"
    /// 1 - the Tversky index, over the batch: false negatives weigh .7, false positives .3 (Salehi et
    /// al. 2017, "Tversky loss function").
    case tversky
    /// Cross-entropy times (1 - p)^2, p being the probability of the truth (Lin et al. 2017, "Focal
    /// Loss", eq. 4).
    case focal
    /// The Lovász extension of IoU of each image: softmax (Berman et al. 2018, "The Lovász-Softmax
    /// loss", eq. 11), or the hinge of each class with a sigmoid (eq. 7).
    case lovasz
  }

  /// A loss and its weight, above 0 and at most 1000.
  public struct Term: Hashable, Sendable {
    /// The loss.
    public var kind: Kind
    /// Its factor in the sum.
    public var weight: Double

    /// Makes a term.
    public init(_ kind: Kind, weight: Double = 1) {
      (self.kind, self.weight) = (kind, weight)
    }
  }

  /// The terms in order, each kind at most once, at least one.
  public let terms: [Term]

  package init(_ terms: [Term]) {
    precondition(
      !terms.isEmpty && Set(terms.map(\.kind)).count == terms.count,
      "a sum of losses has at least one, and each of them once")
    precondition(
      terms.allSatisfy { Self.weights.contains($0.weight) && $0.weight > 0 },
      "the weights of losses are above 0 and at most \(Self.weights.upperBound)")
    self.terms = terms
  }

  private static let weights = 0.0...1000

  /// Cross-entropy and Dice, as nnU-Net has them.
  public static let usual = SegmentationLossMix([Term(.crossEntropy), Term(.dice)])

  /// The summed weight of some kinds.
  func weight(of kinds: Kind...) -> Double {
    terms.reduce(0) { $0 + (kinds.contains($1.kind) ? $1.weight : 0) }
  }

  func contains(_ kind: Kind) -> Bool { terms.contains { $0.kind == kind } }
}

extension SegmentationLossMix: OptionValue, Codable {
  package static var noun: String {
    "a sum of different losses with weights up to 1000, such as ce+dice or 0.5*bce+dice, of "
      + Kind.allCases.map(\.rawValue).joined(separator: ", ")
  }
  package static var valueName: String { "losses" }

  /// Parses `ce+dice` or `0.5*bce+dice`; nil for an unknown name, one that comes twice, and for
  /// weights beyond the range.
  package init?(optionText: String) {
    var terms: [Term] = []
    for part in optionText.lowercased().split(separator: "+", omittingEmptySubsequences: false) {
      let factors = part.split(separator: "*", omittingEmptySubsequences: false)
        .map { $0.trimming { $0 == " " } }
      guard let name = factors.last, let kind = Kind(rawValue: String(name)), factors.count <= 2,
        !terms.contains(where: { $0.kind == kind })
      else { return nil }
      var term = Term(kind)
      if factors.count == 2 {
        guard let weight = NumberFormat.number(factors[0]), weight > 0,
          Self.weights.contains(weight)
        else { return nil }
        term.weight = weight
      }
      terms.append(term)
    }
    self.init(terms)
  }

  package var optionText: String {
    terms.map { ($0.weight == 1 ? "" : "\($0.weight.optionText)*") + $0.kind.rawValue }
      .joined(separator: "+")
  }

  /// Decodes the option's text.
  public init(from decoder: any Decoder) throws {
    self = try Self.decodingText(from: decoder)
  }

  /// Encodes the option's text.
  public func encode(to encoder: any Encoder) throws { try encodeText(to: encoder) }
}

extension Substring {
  /// The text without characters at both ends that satisfy a condition.
  fileprivate func trimming(_ isTrimmed: (Character) -> Bool) -> Substring {
    var text = drop(while: isTrimmed)
    while let last = text.last, isTrimmed(last) { text.removeLast() }
    return text
  }
}
