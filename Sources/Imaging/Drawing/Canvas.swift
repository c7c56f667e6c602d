/// An 8-bit RGB image to draw on. Drawing is clipped to the image.
struct Canvas {
  private(set) var image: Image
  /// Rasterized glyphs at `glyphScale`, cached by character.
  private var glyphs: [Character: GlyphMask] = [:]
  private var glyphScale = 0.0

  init(_ image: Image) {
    precondition(image.format == .rgb8, "a canvas takes 8-bit RGB, not \(image.format)")
    self.image = image
  }

  mutating func fill(_ region: PixelRegion, _ color: Color) {
    let width = image.width
    let region = region.intersection(
      PixelRegion(x: 0, y: 0, width: width, height: image.height))
    image.bytes.withUnsafeMutableBufferPointer { bytes in
      for row in region.y..<region.y + region.height {
        for column in region.x..<region.x + region.width {
          let index = (row * width + column) * 3
          bytes[index] = color.red
          bytes[index + 1] = color.green
          bytes[index + 2] = color.blue
        }
      }
    }
  }

  /// Draws the outline of a rectangle, `thickness` pixels inward.
  mutating func outline(_ region: PixelRegion, thickness: Int, _ color: Color) {
    let across = min(thickness, region.width)
    let down = min(thickness, region.height)
    let right = region.x + region.width - across
    let bottom = region.y + region.height - down
    fill(PixelRegion(x: region.x, y: region.y, width: region.width, height: down), color)
    fill(PixelRegion(x: region.x, y: bottom, width: region.width, height: down), color)
    fill(PixelRegion(x: region.x, y: region.y, width: across, height: region.height), color)
    fill(PixelRegion(x: right, y: region.y, width: across, height: region.height), color)
  }

  /// Draws a line of text in the built-in font with dots of `scale` pixels; (x, y) is the upper
  /// left corner of its first uppercase letter.
  mutating func write(_ text: String, x: Int, y: Int, scale: Double, _ color: Color) {
    if scale != glyphScale {
      glyphs = [:]
      glyphScale = scale
    }
    for (index, character) in text.enumerated() {
      let mask = glyphs[character] ?? GlyphMask(character, scale: scale)
      glyphs[character] = mask
      let left = Double(x) + (Double(index * BitmapFont.advance) * scale).rounded()
      blend(mask, x: Int(left), y: y, color)
    }
  }

  /// Blends a color into the image, weighted by a mask.
  private mutating func blend(_ mask: GlyphMask, x: Int, y: Int, _ color: Color) {
    let samples = [Float(color.red), Float(color.green), Float(color.blue)]
    for row in max(0, -y)..<max(0, -y, min(mask.height, image.height - y)) {
      for column in max(0, -x)..<max(0, -x, min(mask.width, image.width - x)) {
        let part = mask.coverage[row * mask.width + column]
        if part == 0 { continue }
        let index = ((y + row) * image.width + x + column) * 3
        for channel in 0..<3 {
          let old = Float(image.bytes[index + channel])
          image.bytes[index + channel] = UInt8((old + (samples[channel] - old) * part).rounded())
        }
      }
    }
  }
}
