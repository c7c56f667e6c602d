import Basics
import Imaging

/// Artifacts of JPEG compression at a low quality.
struct JPEGArtifacts: Hashable {
  var quality: Int

  /// Samples for one image; nil where it has none.
  init?(_ config: AugmentationConfig, using generator: inout SeededGenerator) {
    let isApplied = generator.chance(config.jpeg)
    quality = config.jpegQuality.lowerBound + generator.index(below: config.jpegQuality.count)
    if !isApplied { return nil }
  }

  func apply(to sample: inout TrainingSample) {
    // Fails only without memory, or for an input larger than JPEG allows, which stays as it is.
    if let bytes = try? ImageFile.encode(sample.image, as: .jpeg, quality: quality),
      let decoded = try? ImageFile.decode(bytes, name: "an augmented image").image
    {
      sample.image = decoded
    }
  }
}
