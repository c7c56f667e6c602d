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

  /// An object for each one that the mask of a sample distinguishes, or else for each connected
  /// component of each class.
  private func objects(ofMaskOf sample: Sample) throws(DatasetsError) -> [Annotation] {
    guard let file = ClassMaskFile(of: sample, classCount: classCount) else { return [] }
    let planes: MaskPlanes
    do throws(DatasetIssue) {
      planes = try file.planes()
    } catch {
      throw DatasetsError("\(error)")
    }
    if let objects = planes.objects { return self.objects(objects, classes: planes.classes) }
    var plane = planes.classes
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

  /// The objects of a plane of object numbers, in the order of the numbers; those of no class are left
  /// out.
  private func objects(_ plane: Image, classes: Image) -> [Annotation] {
    plane.withNumbers { numbers in
      var boxes: [UInt16: (x1: Int, y1: Int, x2: Int, y2: Int)] = [:]
      for (place, number) in numbers.enumerated() where number != 0 {
        let (x, y) = (place % plane.width, place / plane.width)
        let box = boxes[number] ?? (x, y, x, y)
        boxes[number] = (min(box.x1, x), box.y1, max(box.x2, x), y)
      }
      return boxes.sorted { $0.key < $1.key }.compactMap { number, box in
        let region = PixelRegion(
          x: box.x1, y: box.y1, width: box.x2 - box.x1 + 1, height: box.y2 - box.y1 + 1)
        var classNumber = ClassMaskFile.background
        var pixels = [UInt8](repeating: 0, count: region.width * region.height)
        for place in pixels.indices {
          let source =
            (region.y + place / region.width) * plane.width + region.x + place % region.width
          guard numbers[source] == number else { continue }
          pixels[place] = 1
          if classNumber == ClassMaskFile.background, classes.bytes[source] != ClassMaskFile.ignored
          {
            classNumber = classes.bytes[source]
          }
        }
        guard classNumber != ClassMaskFile.background else { return nil }
        let mask = RunLengthMask(
          width: plane.width, height: plane.height, pixels: pixels, of: region)
        var annotation = Annotation(
          box: Box(
            x1: Double(box.x1), y1: Double(box.y1), x2: Double(box.x2 + 1), y2: Double(box.y2 + 1)),
          classIndex: Int(classNumber) - 1)
        if keepsSegmentations {
          annotation.segmentation = .mask(mask)
          if holds.contains(.areas) {
            annotation.stated = StatedExtent(
              box: SizedBox(annotation.box), area: Double(mask.area))
          }
        }
        return annotation
      }
    }
  }
}
