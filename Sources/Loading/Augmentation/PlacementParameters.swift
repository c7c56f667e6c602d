import Basics
import Foundation
import Imaging

/// Random scale, rotation, shear, perspective, shift and flips of a canvas.
struct PlacementParameters: Hashable {
  /// The scale factor, relative to fitting the image to the input.
  var scale = 1.0
  /// The clockwise rotation, in radians.
  var angle = 0.0
  var shearX = 0.0
  var shearY = 0.0
  /// Perspective coefficients, per pixel of the input.
  var perspectiveX = 0.0
  var perspectiveY = 0.0
  /// The shift to the right, as a fraction of the input's width.
  var shiftX = 0.0
  /// The shift downward, as a fraction of the input's height.
  var shiftY = 0.0
  /// Whether the image is flipped horizontally.
  var isFlipped = false
  /// Whether the image is flipped vertically.
  var isUpsideDown = false

  /// From canvas pixels of the input's scale, with the origin at the center, to pixels of the
  /// input.
  ///
  /// Order: perspective, scale, rotation and shear, all about the center; then the shift; then
  /// flips.
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
  /// Samples horizontal flip, scale and shift.
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
