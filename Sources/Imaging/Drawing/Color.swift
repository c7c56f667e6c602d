import Foundation

/// An 8-bit sRGB color.
package struct Color: Hashable, Sendable {
  package var red: UInt8
  package var green: UInt8
  package var blue: UInt8

  package init(red: UInt8, green: UInt8, blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  package static let black = Color(red: 0, green: 0, blue: 0)
  package static let white = Color(red: 255, green: 255, blue: 255)

  /// The color of a class: saturated, and different in hue and lightness from adjacent classes.
  ///
  /// Hues advance by the golden angle, so that any range of classes is spread over the circle, and
  /// lightness alternates; the first hue is the one for which the first twenty classes are farthest
  /// apart. All in Oklch (B. Ottosson, A perceptual color space for image processing, 2020).
  package static func ofClass(_ classIndex: Int) -> Color {
    let turns = (0.28 + Double(classIndex) * 0.618_033_988_749_894_8)
      .truncatingRemainder(dividingBy: 1)
    let lightness = [0.70, 0.80, 0.62][((classIndex % 3) + 3) % 3]
    // The highest chroma within sRGB at this hue and lightness.
    var chroma = 0.30
    while chroma > 0 {
      if let color = Color(lightness: lightness, chroma: chroma, hue: turns * 2 * .pi) {
        return color
      }
      chroma -= 0.005
    }
    return .white
  }

  /// Black or white, whichever has the higher contrast with this color (WCAG 2.1).
  package var contrasting: Color {
    // (1.05 / (Y + 0.05)) and ((Y + 0.05) / 0.05) meet at Y = 0.179.
    relativeLuminance > 0.179 ? .black : .white
  }

  /// 0...1 (WCAG 2.1).
  var relativeLuminance: Double {
    func linear(_ sample: UInt8) -> Double {
      let value = Double(sample) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }
}

extension Color {
  /// A color in Oklch, the hue in radians; nil outside of sRGB.
  fileprivate init?(lightness: Double, chroma: Double, hue: Double) {
    let a = chroma * cos(hue)
    let b = chroma * sin(hue)
    let long = lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b
    let medium = lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b
    let short = lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b
    let (l, m, s) = (long * long * long, medium * medium * medium, short * short * short)
    let linear = [
      4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
      -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
      -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ]
    guard linear.allSatisfy({ (0...1).contains($0) }) else { return nil }
    let bytes = linear.map { value in
      UInt8(
        (255 * (value <= 0.003_130_8 ? 12.92 * value : 1.055 * pow(value, 1 / 2.4) - 0.055))
          .rounded())
    }
    self.init(red: bytes[0], green: bytes[1], blue: bytes[2])
  }
}
