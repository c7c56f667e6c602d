import TestSupport
import Datasets
import Testing

/// Counts from the README files that lie with the datasets.
struct RealDatasetsTests {
  private func open(_ name: String, _ split: String, classNames: [String]? = nil) throws -> Dataset
  {
    try Dataset.open(path: SharedData.folder + "/" + name, split: split, classNames: classNames)
  }

  private func difficult(_ dataset: Dataset) -> Int {
    dataset.samples.reduce(0) { $0 + $1.annotations.count { $0.isDifficult } }
  }

  @Test(.enabled(if: SharedData.has("voc2012"), "voc2012 is not beside the package"))
  func voc2012() throws {
    let train = try open("voc2012", "train")
    let val = try open("voc2012", "val")
    #expect(train.format == .voc)
    #expect(train.samples.count == 1879 && train.annotationCount == 4091)
    #expect(val.samples.count == 1729 && val.annotationCount == 3543)
    #expect(difficult(train) == 505 && difficult(val) == 347)
    // Both splits have the 19 classes that occur in any, though train has no train.
    #expect(train.classNames == val.classNames)
    #expect(train.classNames.count == 19 && train.classNames == train.classNames.sorted())
    func count(_ name: String, _ dataset: Dataset) -> Int? {
      dataset.classNames.firstIndex(of: name).map { DatasetStatistics([dataset]).classObjects[$0] }
    }
    #expect(count("dog", train) == 822 && count("dog", val) == 767)
    #expect(count("person", train) == 666 && count("person", val) == 570)
    #expect(count("train", train) == 0 && count("train", val) == 1)
    // No README mentions an issue beyond `part` elements, which are no objects.
    #expect(train.issues.isEmpty && val.issues.isEmpty)
  }

  @Test(.enabled(if: SharedData.has("voc2012"), "voc2012 is not beside the package"))
  func classesAskedFor() throws {
    let names = ["person", "aeroplane", "dog"]
    let val = try open("voc2012", "val", classNames: names)
    #expect(val.classNames == names)
    #expect(DatasetStatistics([val]).classObjects == [570, 0, 767])
    #expect(val.samples.count == 1729)
    let unwanted = val.issues.filter { $0.kind == .unwantedClass }
    // 17 of the 19 classes of the folder occur in val besides these; they are reported together.
    #expect(unwanted.count == 1 && val.issues.count == 1)
    #expect(unwanted.first?.message.contains("of 17 classes that are not among") == true)
    #expect(val.ignoredClasses.count == 17)
  }

  @Test(.enabled(if: SharedData.has("bccd"), "bccd is not beside the package"))
  func bccd() throws {
    let names = ["Platelets", "RBC", "WBC"]
    var sums = [0, 0, 0]
    var tiny: [String] = []
    for (split, images, boxes) in [("train", 205, 2805), ("val", 87, 1138), ("test", 72, 945)] {
      let dataset = try open("bccd", split)
      #expect(dataset.classNames == names)
      #expect(dataset.samples.count == images && dataset.annotationCount == boxes)
      #expect(dataset.samples.allSatisfy { $0.imageWidth == 640 && $0.imageHeight == 480 })
      for index in 0..<3 { sums[index] += DatasetStatistics([dataset]).classObjects[index] }
      #expect(dataset.issues.allSatisfy { $0.kind == .tinyBox })
      tiny += dataset.issues.map { String($0.file.suffix(20)) }
    }
    #expect(sums == [361, 4155, 372])
    // Two boxes of one pixel are known.
    #expect(tiny.sorted() == ["loodImage_00338.xml", "loodImage_00343.xml"].map { "B" + $0 })
    #expect(try open("bccd", "trainval").samples.count == 292)
    #expect(
      try Dataset.splits(path: SharedData.folder + "/bccd") == ["train", "val", "test", "trainval"])
  }

  @Test(.enabled(if: SharedData.has("aquarium"), "aquarium is not beside the package"))
  func aquarium() throws {
    let names = ["fish", "jellyfish", "penguin", "puffin", "shark", "starfish", "stingray"]
    let train = try open("aquarium", "train")
    #expect(train.format == .yolo && train.classNames == names)
    #expect(train.samples.count == 448)
    #expect(DatasetStatistics([train]).classObjects == [1961, 385, 330, 175, 259, 78, 136])
    // The label file of IMG_3133 is empty: a background image.
    let empty = train.samples.filter(\.annotations.isEmpty)
    #expect(empty.count == 1 && empty.allSatisfy { $0.imagePath.contains("IMG_3133") })
    // ../train/images is not beside the folder, and one box in IMG_8580 is under a pixel.
    #expect(train.issues.map(\.kind) == [.layout, .tinyBox])
    #expect(train.issues[1].file.contains("IMG_8580"))

    let valid = try open("aquarium", "valid")
    #expect(valid.split == "val" && valid.samples.count == 127)
    #expect(DatasetStatistics([valid]).classObjects == [459, 155, 104, 74, 57, 27, 33])
    #expect(valid.issues.map(\.kind) == [.layout])

    // data.yaml names no test split; two of its 584 boxes have no size.
    let test = try open("aquarium/data.yaml", "test")
    #expect(test.samples.count == 63 && test.annotationCount == 582)
    #expect(test.issues.map(\.kind) == [.layout, .boxWithoutArea, .boxWithoutArea])
    #expect(
      test.issues[1].file.contains("IMG_2423") && test.issues[2].file.contains("IMG_2570"))
    #expect(test.issues.dropFirst().allSatisfy { $0.line != nil })
  }

  @Test(.enabled(if: SharedData.has("coco_mini"), "coco_mini is not beside the package"))
  func cocoMini() throws {
    #expect(try Dataset.splits(path: SharedData.folder + "/coco_mini") == ["train", "val"])
    for (split, images, boxes, crowds) in [("train", 80, 739, 8), ("val", 79, 624, 5)] {
      let dataset = try open("coco_mini", split)
      #expect(dataset.format == .coco && dataset.issues.isEmpty)
      #expect(dataset.samples.count == images && dataset.annotationCount == boxes)
      let found = dataset.samples.flatMap(\.annotations)
      #expect(found.count { $0.isCrowd } == crowds)
      #expect(dataset.classNames.count == 80)
      // COCO's first and last: ids 1 and 90.
      #expect(dataset.classNames.first == "person" && dataset.classNames.last == "toothbrush")
    }
    let val = try open("coco_mini/annotations/instances_val2017.json", "val")
    #expect(val.samples.count == 79 && DatasetStatistics([val]).classObjects[0] == 118)
  }
}
