import Basics
import Datasets
import Imaging

/// Copy-paste augmentation: pastes the segmented objects of another image.
///
/// Source: simple copy-paste (Ghiasi et al. 2021). An object is not pasted if its box would cover
/// 30 % or more of an existing object's box, as in YOLOv8. An existing object that is covered by
/// less loses the covered part, as in the paper.
struct CopyPaste {
  /// The sample whose objects are pasted.
  let partner: Int
  private let placement: PlacementParameters

  /// The maximum fraction of an existing object's box that may be covered.
  private static let maximumCovered = 0.3

  /// Samples the parameters of one image; nil if nothing is pasted.
  init?(
    _ config: AugmentationConfig, seed: SampleSeed, partner: (inout SeededGenerator) -> Int
  ) {
    var generator = seed.generator(.copyPaste)
    guard generator.chance(config.copyPaste) else { return nil }
    self.partner = partner(&generator)
    placement = PlacementParameters(config, using: &generator)
  }

  /// Pastes objects of the partner, whose image is given, into a sample.
  func apply(
    _ partner: Sample, image: Image, colors: ColorChange, rule: AnnotationClipping.Rule,
    to result: inout TrainingSample
  ) {
    let (width, height) = (result.image.width, result.image.height)
    let placed = PlacedImage(
      sample: partner, cell: MosaicParameters.single.cells[0],
      placement: placement.transform(width: width, height: height), crop: nil, width: width,
      height: height)
    guard let region = placed.region else { return }
    var labels = AnnotationClipping()
    labels.add(
      placed.annotations, showing: placed.part, through: placed.transform, width: width,
      height: height, rule: rule)
    let chosen = Self.chosen(labels.objects, over: result.labels.objects)
    if chosen.isEmpty { return }
    var over = result.image
    placed.draw(image, colors: colors, into: &over, region: region)
    var pasted: [ClippedObject] = []
    var cover = RunLengthMask(
      width: width, height: height, region: PixelRegion(x: 0, y: 0, width: 0, height: 0))
    for object in chosen {
      guard let mask = object.annotation.segmentationPixels(width: width, height: height) else {
        continue
      }
      result.image.paste(over, where: mask)
      result.mask?.fill(mask, with: ClassMasks.number(ofClass: object.annotation.classIndex))
      // Behind the numbers of the objects that were there, as far as they are distinguished.
      result.objects?.fill(mask, withNumber: UInt16.max - UInt16(pasted.count % 10_000))
      cover = cover.union(mask)
      pasted.append(object)
    }
    result.labels.cover(cover, rule: rule)
    // All come from one image and keep their positions: none covers another.
    result.labels.objects += pasted
  }

  /// The visible objects of the partner that may be pasted.
  private static func chosen(
    _ objects: [ClippedObject], over present: [ClippedObject]
  ) -> [ClippedObject] {
    objects.filter { object in
      object.annotation.segmentation != nil
        && present.map(\.annotation.box).allSatisfy {
          $0.intersection(object.annotation.box).area < maximumCovered * $0.area
        }
    }
  }
}
