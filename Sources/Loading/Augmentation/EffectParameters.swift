import Engine
import Imaging

/// What is done to the pixels of an input at last: blur, JPEG's artefacts, a part grayed out.
struct EffectParameters: Hashable {
  /// The standard deviation of the blur, in pixels; 0 for none.
  var blur = 0.0
  /// The quality of a JPEG that the image goes through; nil for none.
  var jpegQuality: Int?
  /// The part that is grayed out, in pixels of the input.
  var erased: PixelRegion?

  /// Areas of what is erased, as fractions of the input. Source: Zhong et al. 2020, with an upper end
  /// of half theirs, because several objects share the input.
  private static let areas: ClosedRange<Float> = 0.02...0.2
  /// The widest is this many times as wide as high.
  private static let widest = 3.3

  /// Draws for one image of a size in pixels.
  init(_ config: AugmentationConfig, key: SampleSeed, width: Int, height: Int) {
    var generator = key.generator(.effects)
    let isBlurred = generator.chance(config.blur)
    let deviation = Double(generator.uniform(in: 0...Float(config.maximumBlur)))
    let isJPEG = generator.chance(config.jpeg)
    let quality =
      config.jpegQuality.lowerBound + generator.index(below: config.jpegQuality.count)
    let isErased = generator.chance(config.erasing)
    let area = Double(generator.uniform(in: Self.areas)) * Double(width * height)
    let aspect = 1 / Self.widest + Double(generator.uniform()) * (Self.widest - 1 / Self.widest)
    let place = (x: Double(generator.uniform()), y: Double(generator.uniform()))
    if isBlurred { blur = deviation }
    if isJPEG { jpegQuality = quality }
    guard isErased else { return }
    let columns = min(Int((area * aspect).squareRoot().rounded()), width)
    let rows = min(Int((area / aspect).squareRoot().rounded()), height)
    erased = PixelRegion(
      x: Int(place.x * Double(width - columns)), y: Int(place.y * Double(height - rows)),
      width: columns, height: rows)
  }

  /// Changes the pixels of an input, and takes what was grayed out from its labels.
  func apply(to input: inout SampleBuilder.Result, rule: AnnotationClipping.Rule) {
    if let erased {
      input.image.fill(erased, with: UInt8(Normalization.padding))
      input.mask?.fill(erased, with: ClassMasks.ignored)
      let (width, height) = (input.image.width, input.image.height)
      input.labels.cover(
        RunLengthMask(width: width, height: height, region: erased), rule: rule)
    }
    if blur > 0 { input.image = input.image.blurred(standardDeviation: blur) }
    // Fails only without memory, or for an input larger than JPEG knows: then it stays as it is.
    if let jpegQuality,
      let bytes = try? ImageFile.encode(input.image, as: .jpeg, quality: jpegQuality),
      let coarse = try? ImageFile.decode(bytes, name: "an augmented image").image
    {
      input.image = coarse
    }
  }
}
