import Basics
import Imaging

/// Changes samples so that a format can represent more of them: masks become polygons.
struct SampleAdapter {
  private let holds: FormatCapabilities
  /// Whether polygons and masks are written.
  private let keepsSegmentations: Bool
  private let classCount: Int
  /// Whether crowd regions are written as objects, because the splits have nothing else.
  private let takesCrowds: Bool

  init(_ splits: [Dataset], holds: FormatCapabilities, keepsSegmentations: Bool) {
    self.holds = holds
    self.keepsSegmentations = keepsSegmentations
    classCount = splits.first?.classNames.count ?? 0
    let annotations = splits.lazy.flatMap(\.samples).flatMap(\.annotations)
    takesCrowds =
      holds.contains(.boxes) && !holds.contains(.crowds) && !annotations.isEmpty
      && annotations.allSatisfy(\.isCrowd)
  }

  /// The sample as the format can represent it; what was changed is counted in `outcome`.
  func adapted(
    _ sample: Sample, _ outcome: inout DatasetWriter.Outcome
  ) throws(DatasetsError) -> Sample {
    guard holds.contains(.boxes) else { return sample }
    var sample = sample
    if sample.maskPath != nil, !holds.contains(.imageMasks) {
      let objects = try objects(ofMaskOf: sample)
      sample.annotations += objects
      sample.maskPath = nil
      outcome.lose(.classMasksAsObjects, count: objects.count)
    }
    for place in sample.annotations.indices {
      if takesCrowds, sample.annotations[place].isCrowd {
        sample.annotations[place].isCrowd = false
        outcome.lose(.crowdsAsObjects)
      }
      if case .mask(let mask)? = sample.annotations[place].segmentation, mask.area > 0,
        holds.contains(.polygon), !holds.contains(.masks), !sample.annotations[place].isCrowd
      {
        sample.annotations[place].segmentation = .polygons(mask.polygons)
        outcome.lose(.masksAsPolygons)
      }
    }
    return sample
  }

  /// An object for each connected component of each class in the mask file of a sample.
  private func objects(ofMaskOf sample: Sample) throws(DatasetsError) -> [Annotation] {
    guard let file = ClassMaskFile(of: sample, classCount: classCount) else { return [] }
    var plane: Image
    do throws(DatasetIssue) {
      plane = try file.plane()
    } catch {
      throw DatasetsError("\(error)")
    }
    for place in plane.bytes.indices where plane.bytes[place] == ClassMaskFile.ignored {
      plane.bytes[place] = ClassMaskFile.background
    }
    return MaskRegion.regions(of: plane.bytes, width: plane.width, height: plane.height).map {
      var annotation = Annotation(box: $0.box, classIndex: Int($0.value) - 1)
      if keepsSegmentations {
        annotation.segmentation = .polygons([$0.polygon])
        if holds.contains(.areas) {
          annotation.stated = StatedExtent(box: SizedBox($0.box), area: Double($0.area))
        }
      }
      return annotation
    }
  }
}
