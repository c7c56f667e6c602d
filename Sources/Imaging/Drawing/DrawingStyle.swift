import Basics

/// What of detections is drawn, and how.
public struct DrawingOptions: Hashable, Sendable {
  /// The thickness of a box's edge in pixels; nil for one that fits the image.
  public var lineWidth: Int?
  /// Whether class names are drawn.
  public var showsLabels = true
  /// Whether scores are drawn beside class names.
  public var showsScores = true

  /// Labels with scores, lines that fit the image.
  public init() {}
}

/// Line and text sizes for drawing on an image, in pixels. They grow with the image: lines and text
/// cover about the same fraction of a small and of a large image.
struct DrawingStyle: Hashable, Sendable {
  /// The thickness of a box's edge.
  let lineWidth: Int
  /// The size of one dot of the font.
  let textScale: Double
  /// The space around a label's text.
  let margin: Int
  /// The height of a label.
  let labelHeight: Int

  init(width: Int, height: Int, lineWidth: Int? = nil) {
    let size = (Double(width) * Double(height)).squareRoot()
    // 0.25 favors wider lines: a line of one pixel is hard to see in a busy image.
    self.lineWidth = lineWidth ?? max(1, Int((size / 200 + 0.25).rounded()))
    textScale = max(1, (size / 140).rounded() / 2)
    margin = Int((2 * textScale).rounded())
    // Below the baseline a descender takes two dots and leaves one free.
    let dots = Double(BitmapFont.capHeight + 3) * textScale
    labelHeight = margin + Int(dots.rounded(.up))
  }

  /// The width of a label with a number of characters.
  func labelWidth(_ characters: Int) -> Int {
    // The column of dots after the last character belongs to the margin.
    let dots = max(characters * BitmapFont.advance - 1, 0)
    return Int((Double(dots) * textScale).rounded(.up)) + 2 * margin
  }

  /// The text of a label: the name and any score, or as much of the name as fits; nil if no
  /// character fits.
  func labelText(name: String, score: Float?, width: Int) -> String? {
    let full = name + (score.map { " " + NumberFormat.fixed(Double($0), 2) } ?? "")
    if labelWidth(full.count) <= width { return full }
    let short = String(name.prefix(characters(in: width)))
    return short.isEmpty ? nil : short
  }

  /// The number of characters that fit into a label.
  private func characters(in width: Int) -> Int {
    var count = 0
    while labelWidth(count + 1) <= width { count += 1 }
    return count
  }
}
