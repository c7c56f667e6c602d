import Basics
import Imaging

/// Random erasing: a rectangle that is filled with gray and removed from the labels.
///
/// Source: Zhong et al. 2020, with half of their maximum area, because an input may hold several
/// objects.
struct RandomErasing: Hashable {
  /// In pixels of the input.
  var region: PixelRegion

  /// The range of areas, as fractions of the input.
  private static let areas: ClosedRange<Float> = 0.02...0.2
  private static let maximumAspect = 3.3

  /// Samples the parameters of one image, whose size is in pixels; nil if nothing is erased.
  init?(
    _ config: AugmentationConfig, using generator: inout SeededGenerator, width: Int, height: Int
  ) {
    let isApplied = generator.chance(config.erasing)
    let area = Double(generator.uniform(in: Self.areas)) * Double(width * height)
    let minimum = 1 / Self.maximumAspect
    let aspect = minimum + Double(generator.uniform()) * (Self.maximumAspect - minimum)
    let place = (x: Double(generator.uniform()), y: Double(generator.uniform()))
    if !isApplied { return nil }
    let columns = min(Int((area * aspect).squareRoot().rounded()), width)
    let rows = min(Int((area / aspect).squareRoot().rounded()), height)
    region = PixelRegion(
      x: Int(place.x * Double(width - columns)), y: Int(place.y * Double(height - rows)),
      width: columns, height: rows)
  }

  func apply(to sample: inout TrainingSample, rule: AnnotationClipping.Rule) {
    sample.image.fill(region, with: UnitSamples.paddingByte(sample.image.format))
    sample.mask?.fill(region, with: ClassMasks.ignored)
    sample.objects?.fill(region, with: 0)
    sample.labels.cover(
      RunLengthMask(width: sample.image.width, height: sample.image.height, region: region),
      rule: rule)
  }
}
