/// A rasterized character: the coverage of each pixel.
struct GlyphMask: Sendable {
  let width: Int
  let height: Int
  /// 0...1, row by row.
  let coverage: [Float]

  /// Rasterizes a character with dots of `scale` pixels: at 1 the bitmap itself, above 1 smooth
  /// strokes with round ends.
  init(_ character: Character, scale: Double) {
    let strokes = BitmapFont.builtIn.strokes(character)
    let width = Int((Double(BitmapFont.advance) * scale).rounded(.up))
    let height = Int((Double(BitmapFont.rows) * scale).rounded(.up))
    let scale = Float(scale)
    var coverage = [Float](repeating: 0, count: width * height)
    for stroke in strokes {
      // Half a dot to each side, and half a pixel for antialiasing.
      let reach = 0.5 + 0.5 / scale
      func pixels(_ a: Float, _ b: Float, limit: Int) -> Range<Int> {
        let first = max(Int(((min(a, b) - reach) * scale).rounded(.down)), 0)
        return first..<max(first, min(Int(((max(a, b) + reach) * scale).rounded(.up)), limit))
      }
      for y in pixels(stroke.y1, stroke.y2, limit: height) {
        for x in pixels(stroke.x1, stroke.x2, limit: width) {
          let distance = Self.distance(
            from: stroke, x: (Float(x) + 0.5) / scale, y: (Float(y) + 0.5) / scale)
          let part = min(max((0.5 - distance) * scale + 0.5, 0), 1)
          coverage[y * width + x] = max(coverage[y * width + x], part)
        }
      }
    }
    self.width = width
    self.height = height
    self.coverage = coverage
  }

  /// The distance of a point from a stroke's center line, in dots.
  private static func distance(from stroke: BitmapFont.Stroke, x: Float, y: Float) -> Float {
    let dx = stroke.x2 - stroke.x1
    let dy = stroke.y2 - stroke.y1
    let length = dx * dx + dy * dy
    let along = length > 0 ? ((x - stroke.x1) * dx + (y - stroke.y1) * dy) / length : 0
    let t = min(max(along, 0), 1)
    let px = x - stroke.x1 - t * dx
    let py = y - stroke.y1 - t * dy
    return (px * px + py * py).squareRoot()
  }
}
