import Basics
import Datasets
import Engine
import Imaging

/// The objects of another image that are laid over an input, by their polygons.
///
/// Source: simple copy-paste (Ghiasi et al. 2021). An object is left out where its box would cover
/// 30 % or more of the box of an object that is there, which is the rule of YOLOv8; from an object
/// that is covered by less, what is covered is taken away, as in the paper.
struct CopyPaste {
  /// The sample whose objects are pasted.
  let partner: Int
  private let placement: PlacementParameters

  /// The most of an object that may be covered.
  private static let mostCovered = 0.3

  /// Draws for one image; nil where nothing is pasted.
  init?(
    _ config: AugmentationConfig, key: SampleSeed, partner: (inout SeededGenerator) -> Int
  ) {
    var generator = key.generator(.copyPaste)
    guard generator.chance(config.copyPaste) else { return nil }
    self.partner = partner(&generator)
    var placement = PlacementParameters()
    placement.isFlipped = generator.chance(config.flip)
    placement.scale = Double(
      generator.uniform(in: Float(1 - config.scale)...Float(1 + config.scale)))
    placement.shiftX = generator.around(config.translate)
    placement.shiftY = generator.around(config.translate)
    self.placement = placement
  }

  /// Where the partner's pixels go.
  func layer(_ sample: Sample, width: Int, height: Int) -> PlacedImage {
    PlacedImage(
      sample: sample, cell: MosaicParameters.single.cells[0],
      placement: placement.transform(width: width, height: height), crop: nil, width: width,
      height: height)
  }

  /// Those of the partner's visible objects that may be pasted.
  static func chosen(
    _ objects: [ClippedObject], over present: [ClippedObject]
  ) -> [ClippedObject] {
    objects.filter { object in
      object.annotation.segmentation != nil
        && present.map(\.annotation.box).allSatisfy {
          $0.intersection(object.annotation.box).area < mostCovered * $0.area
        }
    }
  }
}
