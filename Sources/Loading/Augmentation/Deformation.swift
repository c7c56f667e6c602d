import Basics
import Imaging

extension DisplacementField {
  /// Samples an elastic deformation of an input; nil if there is none.
  ///
  /// Displacements of a grid of 3 x 3 have a normal distribution of the configured deviation. Source:
  /// U-Net (Ronneberger et al. 2015), section 3.1.
  init?(_ config: AugmentationConfig, seed: SampleSeed, width: Int, height: Int) {
    guard config.elastic > 0 else { return nil }
    var generator = seed.generator(.elastic)
    func grid() -> [Float] {
      (0..<9).map { _ in Float(config.elastic) * generator.normal() }
    }
    let gridX = grid()
    self.init(width: width, height: height, gridX: gridX, gridY: grid())
  }
}

/// How an image is drawn into an input, besides its position and colors.
struct Deformation: Hashable {
  var displacement: DisplacementField?
  /// Whether the image is mirrored at its edges.
  var isMirrored = false

  static let none = Deformation()
}
