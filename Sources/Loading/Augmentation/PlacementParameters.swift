import Basics
import Foundation
import Imaging

/// How a canvas of images is scaled, rotated, distorted and moved into the input.
struct PlacementParameters: Hashable {
  /// The factor beyond fitting the image to the input.
  var scale = 1.0
  /// The rotation, clockwise on the screen, in radians.
  var angle = 0.0
  var shearX = 0.0
  var shearY = 0.0
  /// Perspective coefficients, per pixel of the input.
  var perspectiveX = 0.0
  var perspectiveY = 0.0
  /// The shift to the right, in widths of the input.
  var shiftX = 0.0
  /// The shift downward, in heights of the input.
  var shiftY = 0.0
  /// Whether left and right are swapped.
  var isFlipped = false
  /// Whether top and bottom are swapped.
  var isUpsideDown = false

  /// From a canvas in pixels of the input, whose origin is its center, to pixels of the input.
  ///
  /// Perspective comes first, then scale, rotation and shear, all about the center; then the shift;
  /// flips come last.
  func transform(width: Int, height: Int) -> ProjectiveTransform {
    let (width, height) = (Double(width), Double(height))
    var linear = ProjectiveTransform.scale(scale)
    if angle != 0 {
      linear = linear.concatenating(
        ProjectiveTransform(
          a: cos(angle), b: -sin(angle), tx: 0, c: sin(angle), d: cos(angle), ty: 0))
    }
    if shearX != 0 || shearY != 0 {
      linear = linear.concatenating(
        ProjectiveTransform(a: 1, b: shearX, tx: 0, c: shearY, d: 1, ty: 0))
    }
    var placed = linear.concatenating(
      .translation(x: (0.5 + shiftX) * width, y: (0.5 + shiftY) * height))
    if isFlipped { placed = placed.concatenating(.horizontalFlip(width: width)) }
    if isUpsideDown { placed = placed.concatenating(.verticalFlip(height: height)) }
    guard perspectiveX != 0 || perspectiveY != 0 else { return placed }
    return .perspective(x: perspectiveX, y: perspectiveY).concatenating(placed)
  }
}

extension PlacementParameters {
  /// Samples flip, scale and shift.
  init(_ config: AugmentationConfig, using generator: inout SeededGenerator) {
    isFlipped = generator.chance(config.flip)
    scale = Double(generator.uniform(in: Float(1 - config.scale)...Float(1 + config.scale)))
    shiftX = generator.around(config.translate)
    shiftY = generator.around(config.translate)
  }

  /// Samples vertical flip, rotation, shear and perspective.
  mutating func sampleDistortion(
    _ config: AugmentationConfig, using generator: inout SeededGenerator
  ) {
    isUpsideDown = generator.chance(config.flipUpDown)
    angle = generator.around(config.degrees) * .pi / 180
    shearX = tan(generator.around(config.shear) * .pi / 180)
    shearY = tan(generator.around(config.shear) * .pi / 180)
    perspectiveX = generator.around(config.perspective)
    perspectiveY = generator.around(config.perspective)
  }
}
