import Foundation

/// A change of colors on numbers, for images of any channel count and for normalized samples.
///
/// The formulas are those of `ColorChange`, except that values above 1 are kept where samples are
/// normalized. Alpha, and hue and saturation of gray, are unchanged.
struct UnitColorChange {
  private let change: ColorChange
  private let channels: Int
  private let isClipped: Bool
  private let changesTone: Bool
  private let changesHue: Bool
  let isNone: Bool

  init(_ change: ColorChange, _ format: PixelFormat) {
    self.change = change
    channels = format.channels
    isClipped = format.bitDepth == 8
    changesTone = change.curve != .identity
    let jitter = change.jitter
    changesHue = channels >= 3 && (jitter.hueShift != 0 || jitter.saturationGain != 1)
    isNone =
      !changesTone && !changesHue && jitter.valueGain == 1 && !(change.isGray && channels >= 3)
  }

  /// Changes the color of one pixel; unused channels are 0.
  func apply(_ pixel: inout SIMD4<Float>) {
    let colors = channels >= 3 ? 3 : 1
    if changesHue { jitter(&pixel) }
    if change.jitter.valueGain != 1 {
      for channel in 0..<colors {
        pixel[channel] = clipped(pixel[channel] * change.jitter.valueGain)
      }
    }
    if changesTone {
      let curve = change.curve
      for channel in 0..<colors {
        var value = pixel[channel]
        if curve.gamma != 1, value > 0 { value = powf(value, curve.gamma) }
        pixel[channel] = clipped((value - 0.5) * curve.contrast + 0.5 + curve.brightness)
      }
    }
    if change.isGray, colors == 3 {
      let gray = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2]
      (pixel[0], pixel[1], pixel[2]) = (gray, gray, gray)
    }
  }

  private func clipped(_ value: Float) -> Float { isClipped ? min(max(value, 0), 1) : value }

  /// Shifts the hue and scales the saturation at the same value, the largest channel (HSV).
  private func jitter(_ pixel: inout SIMD4<Float>) {
    let high = max(pixel[0], pixel[1], pixel[2])
    let low = min(pixel[0], pixel[1], pixel[2])
    let chroma = high - low
    guard chroma > 0 else { return }
    var hue: Float
    if high == pixel[0] {
      hue = (pixel[1] - pixel[2]) / chroma
    } else if high == pixel[1] {
      hue = (pixel[2] - pixel[0]) / chroma + 2
    } else {
      hue = (pixel[0] - pixel[1]) / chroma + 4
    }
    hue += change.jitter.hueShift * 6
    // Full saturation is a lowest channel of 0.
    let widest = max(high, chroma)
    let scaled = min(chroma * change.jitter.saturationGain, widest)
    for (channel, offset) in [(0, Float(5)), (1, 3), (2, 1)] {
      var k = (offset + hue).truncatingRemainder(dividingBy: 6)
      if k < 0 { k += 6 }
      pixel[channel] = high - scaled * max(0, min(k, min(4 - k, 1)))
    }
  }
}
