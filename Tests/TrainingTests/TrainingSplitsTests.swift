import Basics
import Datasets
import Foundation
import Imaging
import Testing

@testable import Training

/// What of a dataset a run uses: classes, a fraction, a fold.
@Suite struct TrainingSplitsTests {
  private let folder: TemporaryFolder
  private let data: String

  init() throws {
    folder = try TemporaryFolder()
    data = try SmallData.make(in: folder.path, training: 12, validation: 4)
  }

  private func splits(_ change: (inout TrainingConfig) -> Void = { _ in }) throws -> TrainingSplits
  {
    var config = TrainingConfig(data: data)
    change(&config)
    return try TrainingSplits.open(config, runner: .serial)
  }

  private func names(_ data: Dataset?) -> [String] { data?.samples.map(\.imagePath) ?? [] }

  private func counts(_ data: Dataset, _ classes: Int) -> [Int] {
    (0..<classes).map { index in
      data.samples.reduce(0) { $0 + $1.annotations.count { $0.classIndex == index } }
    }
  }

  /// Of a folder with boxes and masks, a detector takes the boxes and a segmentation network the masks.
  @Test func aModelTakesTheLabelsOfItsTask() throws {
    for (split, names) in [("train", 0..<3), ("val", 12..<14)] {
      try FileManager.default.createDirectory(
        atPath: data + "/SegmentationClass", withIntermediateDirectories: true)
      try FileManager.default.createDirectory(
        atPath: data + "/ImageSets/Segmentation", withIntermediateDirectories: true)
      for number in names {
        try ImageFile.write(
          Image(width: 160, height: 120, format: .gray8, filledWith: 15),
          to: data + "/SegmentationClass/image\(number).png")
      }
      try Data(names.map { "image\($0)\n" }.joined().utf8).write(
        to: URL(fileURLWithPath: data + "/ImageSets/Segmentation/\(split).txt"))
    }
    let detection = try splits()
    #expect(detection.training.format == .voc && detection.training.samples.count == 12)
    let segmentation = try splits { $0.model = "unet" }
    #expect(segmentation.training.format == .masks && segmentation.training.samples.count == 3)
    #expect(segmentation.validation?.samples.count == 2)
    #expect(segmentation.training.classNames.count == 20)
  }

  @Test func chosenClassesKeepTheirObjects() throws {
    let all = try splits()
    let part = try splits { $0.classes = "WHITE, 0" }
    #expect(all.remarks.isEmpty && all.training.classNames == ["platelet", "red", "white"])
    for (whole, selected) in [
      (all.training, part.training), (try #require(all.validation), try #require(part.validation)),
    ] {
      #expect(selected.classNames == ["platelet", "white"])
      let expected = counts(whole, 3)
      #expect(counts(selected, 2) == [expected[0], expected[2]])
      #expect(names(selected) == names(whole))
    }
    let red = counts(all.training, 3)[1]
    #expect(part.remarks == ["Classes: 2 of 3; \(red) training objects of others are background"])
  }

  @Test func oneClassHasAllObjects() throws {
    let one = try splits { $0.singleClass = true }
    #expect(one.training.classNames == ["object"] && one.validation?.classNames == ["object"])
    #expect(try counts(one.training, 1) == [splits().training.annotationCount])
    #expect(one.remarks == ["One class: object, for 3 classes"])
    let part = try splits { ($0.singleClass, $0.classes) = (true, "red") }
    #expect(try part.training.annotationCount == counts(splits().training, 3)[1])
  }

  @Test(arguments: [
    ("blue", "has no class 'blue'; it has 0 platelet, 1 red, 2 white"),
    ("whit", "did you mean white?"), ("3", "has no class '3'"), ("red,", "has no class ''"),
  ])
  func unknownClassesAreRefused(classes: String, part: String) {
    let error = #expect(throws: TrainingError.self) { try splits { $0.classes = classes } }
    #expect(error?.kind == .invalid && error?.description.contains(part) == true, "\(error as Any)")
  }

  /// Twelve images: a quarter is three, the same for a seed.
  @Test func aFractionFollowsFromTheSeed() throws {
    let all = try splits()
    func part(_ seed: UInt64) throws -> TrainingSplits {
      try splits { ($0.fraction, $0.seed) = (0.25, seed) }
    }
    let one = try part(0)
    #expect(try names(one.training) == names(part(0).training))
    #expect(names(one.training).count == 3)
    #expect(Set(names(one.training)).isSubset(of: names(all.training)))
    #expect(names(one.validation) == names(all.validation))
    #expect(one.remarks == ["Fraction 0.25: 3 of 12 training images"])
    #expect(try Set((0..<5).map { try names(part($0).training) }).count > 1)
    #expect(throws: TrainingError.self) { try splits { $0.fraction = 1e-9 } }
  }

  /// Every image of both splits is validated on in one fold, and trained on in the others.
  @Test func foldsDivideTheImagesOfBothSplits() throws {
    let all = try splits()
    let images = (names(all.training) + names(all.validation)).sorted()
    let folds = try (1...3).map { fold in try splits { ($0.folds, $0.fold) = (3, fold) } }
    #expect(folds.flatMap { names($0.validation) }.sorted() == images)
    for fold in folds {
      #expect((names(fold.training) + names(fold.validation)).sorted() == images)
      #expect(fold.training.classNames == all.training.classNames)
    }
    let half = try splits { ($0.folds, $0.fold, $0.fraction) = (3, 2, 0.5) }
    #expect(names(half.validation) == names(folds[1].validation))
    #expect(names(half.training).count < names(folds[1].training).count)
  }

  @Test(arguments: [(nil, 1), (3, 4), (3, nil)] as [(Int?, Int?)])
  func foldsAndFoldGoTogether(folds: Int?, fold: Int?) {
    let error = #expect(throws: TrainingError.self) {
      try splits { ($0.folds, $0.fold) = (folds, fold) }
    }
    #expect(error?.kind == .invalid)
  }

  @Test func tooManyFoldsAreRefused() {
    #expect(throws: DatasetsError.self) { try splits { ($0.folds, $0.fold) = (17, 1) } }
  }
}
