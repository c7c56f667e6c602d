import Foundation
import Glimpse

/// A small picture with what is wrong on it.
struct GalleryPicture: Sendable {
  /// What became of a box.
  enum Kind: String, CaseIterable, Sendable {
    /// A truth that a detection is right about.
    case found
    /// A truth that none is right about.
    case missed
    /// A detection that is not right.
    case `false`
    /// A detection that would be right, were it of another class.
    case wrong

    /// What the legend calls it.
    var legend: String {
      switch self {
      case .found: "found"
      case .missed: "missed"
      case .false: "false"
      case .wrong: "wrong class"
      }
    }
  }

  /// A box on the picture, in its original pixels.
  struct Mark: Sendable {
    let kind: Kind
    let box: Box
    /// What is written at it; empty for nothing.
    let label: String
    /// How much it matters which label is in front, larger is more.
    let weight: Double
  }

  let name: String
  let width: Int
  let height: Int
  /// The picture at a small size.
  let jpeg: [UInt8]
  let marks: [Mark]

  /// The longer side of the small picture, in pixels.
  static let longerSide = 360

  /// Reads a picture and makes it small.
  ///
  /// Throws `ImagingError` where it cannot be read.
  init(path: String, marks: [Mark]) throws(ImagingError) {
    let decoded = try ImageFile.read(
      path,
      options: DecodeOptions(
        format: .rgb8, neededLongerSide: Self.longerSide, acceptsTruncated: true))
    let scale = min(
      1,
      Double(Self.longerSide) / Double(max(decoded.image.width, decoded.image.height)))
    let small = decoded.image.resized(
      width: max(1, Int((Double(decoded.image.width) * scale).rounded())),
      height: max(1, Int((Double(decoded.image.height) * scale).rounded())))
    name = path
    width = decoded.originalWidth
    height = decoded.originalHeight
    jpeg = try ImageFile.encode(small, as: .jpeg, quality: 72)
    self.marks = marks
  }

  /// How many marks there are of a kind.
  func count(_ kind: Kind) -> Int { marks.count { $0.kind == kind } }

  /// The picture as text for a page.
  var dataAddress: String {
    "data:image/jpeg;base64," + Data(jpeg).base64EncodedString()
  }
}
