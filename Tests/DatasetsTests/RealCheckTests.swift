import TestSupport
import Foundation
import Imaging
import Testing

@testable import Datasets

/// The datasets beside the package: what their READMEs tell is found, and nothing that is not there.
struct RealCheckTests {
  /// "kind file:line" of all issues, files relative to the dataset, names cut at Roboflow's mark.
  private func issues(_ name: String) throws -> [String] {
    let path = SharedData.folder + "/" + name
    return try DatasetCheck(path: path).issues.map { issue in
      let file = issue.file.replacing(path + "/", with: "")
      let parts = file.split(separator: ".rf.", maxSplits: 1)
      return "\(issue.kind.rawValue) \(parts[0])\(issue.line.map { ":\($0)" } ?? "")"
    }.sorted()
  }

  @Test(.enabled(if: SharedData.has("aquarium"), "aquarium is not beside the package"))
  func aquarium() throws {
    let expected = [
      // Its README: two boxes in test have no size, one in train is under a pixel.
      "zero-area box test/labels/IMG_2423_jpeg_jpg:17",
      "zero-area box test/labels/IMG_2570_jpeg_jpg:15",
      "tiny box train/labels/IMG_8580_jpg:53",
      // One label file is empty.
      "background image train/images/IMG_3133_jpeg_jpg",
      // ../train/images is beside it, likewise valid; no test split is named.
      "unexpected layout data.yaml", "unexpected layout data.yaml", "unexpected layout data.yaml",
      // Not in the README. Looked at side by side: each is the same scene a moment before or after a
      // image of train, with the same background and the animals a little further.
      "near-duplicate across splits valid/images/IMG_2342_jpeg_jpg",  // IMG_2335
      "near-duplicate across splits valid/images/IMG_2586_jpeg_jpg",  // IMG_2587
      "near-duplicate across splits valid/images/IMG_8528_jpg",  // IMG_8527
      "near-duplicate across splits test/images/IMG_3136_jpeg_jpg",  // IMG_3135
      "near-duplicate across splits test/images/IMG_3154_jpeg_jpg",  // IMG_3155
      "near-duplicate across splits test/images/IMG_3173_jpeg_jpg",  // IMG_3174
      "near-duplicate across splits test/images/IMG_8396_jpg",  // IMG_8399
      "near-duplicate across splits test/images/IMG_8404_jpg",  // IMG_8403
    ]
    #expect(try issues("aquarium") == expected.sorted())
  }

  @Test(
    .enabled(
      if: SharedData.hasWholeImages("bccd/JPEGImages"),
      "bccd is not beside the package, or not whole"))
  func bccd() throws {
    let expected = [
      // Its README: two boxes of one pixel. Cells that were left unlabeled nobody can find.
      "tiny box Annotations/BloodImage_00338.xml:158",
      "tiny box Annotations/BloodImage_00343.xml:50",
      // Not in the README. Looked at: the same field of view as BloodImage_00038 of train.
      "near-duplicate across splits JPEGImages/BloodImage_00037.jpg",
    ]
    #expect(try issues("bccd") == expected.sorted())
    let check = try DatasetCheck(path: SharedData.folder + "/bccd")
    #expect(check.splits.map(\.dataset.split) == ["train", "val", "test"])
    #expect(check.selections == ["trainval"])
    #expect(check.total.images == 364 && check.total.objects == 4888)
    #expect(check.splits.map(\.statistics.objects) == [2805, 1138, 945])
  }

  @Test(.enabled(if: SharedData.has("coco_mini"), "coco_mini is not beside the package"))
  func cocoMini() throws {
    // Its README tells of no issue: 78 classes in val are told by the table of classes.
    #expect(try issues("coco_mini") == [])
    let check = try DatasetCheck(path: SharedData.folder + "/coco_mini")
    #expect(check.splits.map(\.statistics.objects) == [739, 624])
    #expect(check.splits[1].statistics.classObjects.count { $0 > 0 } == 78)
    #expect(check.splits[0].statistics.classObjects[0] == 172)
  }

  @Test(.enabled(if: SharedData.has("voc2012"), "voc2012 is not beside the package"))
  func voc2012() throws {
    #expect(try issues("voc2012") == [])
  }

  @Test(.enabled(if: SharedData.has("nuclei"), "nuclei is not beside the package"))
  func nuclei() throws {
    // Its README tells of no issue that files show; images of one experiment are not the same.
    #expect(try issues("nuclei") == [])
    let check = try DatasetCheck(path: SharedData.folder + "/nuclei")
    #expect(check.splits.map(\.statistics.images) == [428, 109])
  }

  @Test(.enabled(if: SharedData.has("membrane"), "membrane is not beside the package"))
  func membrane() throws {
    // Neighboring slices are alike, says its README, but not the same image: they are not told.
    #expect(try issues("membrane") == [])
    let check = try DatasetCheck(path: SharedData.folder + "/membrane")
    #expect(check.splits.map(\.statistics.images) == [24, 6])
  }

  /// From images of one size and boxes at known places, the numbers by hand.
  @Test func statisticsAreCounted() {
    func annotation(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ index: Int)
      -> Annotation
    {
      Annotation(box: Box(x1: x1, y1: y1, x2: x2, y2: y2), classIndex: index)
    }
    var samples = [
      Sample(
        imagePath: "a", imageWidth: 400, imageHeight: 100,
        annotations: [
          annotation(0, 0, 20, 20, 0), annotation(300, 0, 400, 50, 1),
          annotation(0, 0, 400, 100, 1),
        ]),
      Sample(imagePath: "b", imageWidth: 400, imageHeight: 100, annotations: []),
      Sample(imagePath: "c", imageWidth: 0, imageHeight: 0, annotations: []),
    ]
    // In fractions, as where images are not measured.
    samples[2].annotations = [annotation(0.5, 0.5, 1, 1, 0)]
    let numbers = DatasetStatistics([
      Dataset(
        path: "", format: .yolo, split: "train", classNames: ["a", "b", "c"], samples: samples)
    ])
    #expect(numbers.images == 3 && numbers.objects == 4 && numbers.backgrounds == 1)
    #expect(numbers.classObjects == [2, 2, 0] && numbers.classImages == [2, 1, 0])
    // 400, 5,000 and 40,000 square pixels against 32² = 1,024 and 96² = 9,216.
    #expect(numbers.areas.counts == [1, 1, 1])
    // Roots of the parts: 0.1, 0.354, 1 and 0.5, in steps of 0.05.
    #expect(
      numbers.sizes.counts.enumerated().filter { $0.element > 0 }.map(\.offset) == [2, 7, 10, 19])
    // Ratios 1, 2, 4 and 1 are 2 to the 0, 1, 2 and 0, in steps of 0.5 from -4.
    #expect(numbers.shapes.counts[8] == 2 && numbers.shapes.counts[10] == 1)
    #expect(numbers.shapes.counts[12] == 1)
    // None, one, and 3 to 4 objects.
    #expect(numbers.crowding.counts == [1, 1, 0, 1, 0, 0, 0, 0, 0, 0])
    #expect(numbers.sides.total == 2 && numbers.sides.counts[3] == 2)
    // Centers (0.025, 0.1), (0.875, 0.25), (0.5, 0.5), (0.75, 0.75) of 16 cells.
    let places = [1 * 16 + 0, 4 * 16 + 14, 8 * 16 + 8, 12 * 16 + 12]
    #expect(numbers.centers.enumerated().filter { $0.element > 0 }.map(\.offset) == places)
  }
}
