import TestSupport
@testable import Basics
import Foundation
import Imaging
import Testing

@testable import Datasets

/// The labels of real datasets after a way through each of the formats.
struct RoundTripTests {
  struct Way: CustomStringConvertible, Sendable {
    let data: String
    let format: DatasetFormat
    var description: String { "\(data) through \(format)" }

    static let all = ["voc2012", "bccd", "aquarium", "coco_mini"].flatMap { data in
      [DatasetFormat.voc, .yolo, .coco, .createml, .labelme].map { Way(data: data, format: $0) }
    }
  }

  @Test(
    .enabled(if: SharedData.has("coco_mini"), "the datasets are not beside the package"),
    arguments: Way.all)
  func labelsComeBack(way: Way) throws {
    let reading = DatasetReading(clipsBoxes: false)
    let old = try Dataset.openAll(path: SharedData.folder + "/" + way.data, reading: reading)
    let folder = try TestFolder()
    _ = try DatasetWriter(format: way.format, images: .symlink).write(
      old, to: folder.path("out"))
    let new = try Dataset.openAll(path: folder.path("out"), reading: reading)
    #expect(new.map(\.split) == old.map(\.split))
    for (old, new) in zip(old, new) {
      #expect(new.format == way.format && new.classNames == old.classNames)
      #expect(new.samples.count == old.samples.count)
      let found = Dictionary(
        uniqueKeysWithValues: new.samples.map { (FilePath.stem(FilePath.name($0.imagePath)), $0) })
      var farthest = 0.0
      for sample in old.samples {
        let again = try #require(found[FilePath.stem(FilePath.name(sample.imagePath))])
        // Crowds are told to be left out where a format has no mark for them.
        let expected = sample.annotations.filter {
          ![.yolo, .createml].contains(way.format) || !$0.isCrowd
        }
        #expect(again.annotations.count == expected.count)
        #expect(again.annotations.map(\.classIndex) == expected.map(\.classIndex))
        for (a, b) in zip(again.annotations, expected) {
          let (box, other) = (a.box, b.stated?.box.corners ?? b.box)
          let distance = max(
            max(abs(box.x1 - other.x1), abs(box.y1 - other.y1)),
            max(abs(box.x2 - other.x2), abs(box.y2 - other.y2)))
          farthest = max(farthest, distance)
          if ![.yolo, .createml].contains(way.format) {
            #expect(a.isDifficult == b.isDifficult && a.isCrowd == b.isCrowd)
            #expect(a.isTruncated == b.isTruncated && a.isOccluded == b.isOccluded)
          }
        }
      }
      // YOLO prints eight places of fractions, so that center and half of a size are each off by at
      // most half a unit of the last: 416, 512 or 640 pixels times 0.75e-8. The others print
      // billionths of pixels.
      #expect(farthest <= (way.format == .yolo ? 640 * 0.75e-8 : 1e-9), "\(farthest)")
    }
  }

  /// Polygons and runs of COCO after a way through LabelMe, which has both.
  @Test(.enabled(if: SharedData.has("coco_mini"), "coco_mini is not beside the package"))
  func segmentationsComeBack() throws {
    let reading = DatasetReading(segmentations: true, clipsBoxes: false)
    let old = try Dataset.openAll(path: SharedData.folder + "/coco_mini", reading: reading)
    for format in [DatasetFormat.coco, .labelme] {
      let folder = try TestFolder()
      _ = try DatasetWriter(format: format, images: .symlink).write(old, to: folder.path("out"))
      let new = try Dataset.openAll(path: folder.path("out"), reading: reading)
      for (old, new) in zip(old, new) {
        let found = Dictionary(
          uniqueKeysWithValues: new.samples.map { (FilePath.name($0.imagePath), $0) })
        for sample in old.samples {
          let again = try #require(found[FilePath.name(sample.imagePath)])
          #expect(again.annotations.map(\.segmentation) == sample.annotations.map(\.segmentation))
        }
      }
    }
  }
}
