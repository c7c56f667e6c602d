@testable import Basics
import Engine
import Imaging
import TestSupport
import Testing

@testable import Datasets

/// How images are dealt out to splits.
struct SplittingTests {
  /// `count` images of two classes: every image has class 0, every tenth class 1.
  private func data(_ count: Int) -> Dataset {
    Dataset(
      path: "x", format: .yolo, split: "train", classNames: ["often", "seldom"],
      samples: (0..<count).map { index in
        let classes = index % 10 == 0 ? [0, 1] : [0]
        return Sample(
          imagePath: "\(index).jpg", imageWidth: 10, imageHeight: 10,
          annotations: classes.map {
            Annotation(box: Box(x1: 0, y1: 0, x2: 5, y2: 5), classIndex: $0)
          })
      })
  }

  /// 200 images, 20 of them with the rare class, at 8 : 1 : 1 are 160, 20 and 20, and 16, 2 and 2.
  @Test func classesAreSharedOutAsTheImagesAre() {
    let data = data(200)
    for seed in 0..<20 as Range<UInt64> {
      let parts = DatasetSplitter(seed: seed).split(
        [data], groups: Array(0..<200), ratios: [("train", 8), ("val", 1), ("test", 1)])
      #expect(parts.map(\.split) == ["train", "val", "test"])
      #expect(parts.map(\.samples.count) == [160, 20, 20])
      #expect(parts.map { DatasetStatistics([$0]).classObjects[1] } == [16, 2, 2])
      #expect(Set(parts.flatMap { $0.samples.map(\.imagePath) }).count == 200)
    }
  }

  @Test func equalSeedsDealEqually() {
    let data = data(100)
    func names(_ seed: UInt64) -> [String] {
      DatasetSplitter(seed: seed).split(
        [data], groups: Array(0..<100), ratios: [("train", 3), ("val", 1)]
      )[1].samples.map(\.imagePath)
    }
    #expect(names(7) == names(7))
    #expect(names(7) != names(8))
  }

  /// Random groups of 1 to 6 images: none is torn apart, and sizes stay near the shares: no part
  /// can be off by more than its largest group for each of the two classes and the images without.
  @Test func groupsStayTogether() {
    var generator = SeededGenerator(seed: 5, 0)
    for round in 0..<50 {
      let data = data(300)
      var groups: [Int] = []
      while groups.count < 300 {
        let size = min(1 + generator.index(below: 6), 300 - groups.count)
        groups += [Int](repeating: (groups.last ?? -1) + 1, count: size)
      }
      let parts = DatasetSplitter(seed: UInt64(round)).split(
        [data], groups: groups, ratios: [("train", 0.7), ("val", 0.3)])
      let val = Set(parts[1].samples.map(\.imagePath))
      for group in 0...(groups.last ?? 0) {
        let members = groups.indices.filter { groups[$0] == group }
        #expect(Set(members.map { val.contains("\($0).jpg") }).count == 1)
      }
      #expect(abs(val.count - 90) <= 18, "\(val.count)")
    }
  }

  @Test func foldsCoverEachImageOnce() {
    let data = data(103)
    let folds = DatasetSplitter(seed: 1).folds([data], groups: Array(0..<103), count: 5)
    #expect(folds.count == 5)
    var seen: [String] = []
    for fold in folds {
      #expect(fold.map(\.split) == ["train", "val"])
      #expect(fold[0].samples.count + fold[1].samples.count == 103)
      #expect((20...21).contains(fold[1].samples.count))
      // Eleven images have the rare class: 0, 10 ... 100.
      #expect((2...3).contains(DatasetStatistics([fold[1]]).classObjects[1]))
      seen += fold[1].samples.map(\.imagePath)
    }
    #expect(Set(seen).count == 103 && seen.count == 103)
  }

  /// Random labels and groups, dealt out in three ways. The number is what counts of all classes in
  /// every group gave (commit edbebd3): FNV-1a over each image's part.
  @Test func whoGoesWhereIsSettled() {
    var generator = SeededGenerator(seed: 9, 0)
    let samples = (0..<3000).map { index in
      var sample = Sample(
        imagePath: "\(index).jpg", imageWidth: 10, imageHeight: 10,
        annotations: (0..<generator.index(below: 8)).map { _ in
          // The product makes low numbers frequent and high ones rare.
          let classIndex = generator.index(below: 8) * generator.index(below: 9)
          return Annotation(box: Box(x1: 0, y1: 0, x2: 5, y2: 5), classIndex: classIndex)
        })
      if index % 7 == 0 { sample.imageClass = 59 }
      return sample
    }
    let data = Dataset(
      path: "x", format: .yolo, split: "train", classNames: (0..<60).map { "\($0)" },
      samples: samples)
    let groups = (0..<3000).map { $0 < 1000 ? $0 / 4 : $0 - 750 }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for seed in 0..<3 as Range<UInt64> {
      let parts = DatasetSplitter(seed: seed).split(
        [data], groups: groups, ratios: [("train", 8), ("val", 1), ("test", 1)])
      for (number, part) in parts.enumerated() {
        for sample in part.samples {
          for byte in "\(sample.imagePath) \(number)".utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01B3
          }
        }
      }
    }
    #expect(hash == 4_355_376_458_803_015_153)
  }

  /// Eight images per class, three classes each.
  @Test func manyClassesAreNoTrouble() {
    let count = 8000
    let data = Dataset(
      path: "x", format: .yolo, split: "train", classNames: (0..<count / 8).map { "\($0)" },
      samples: (0..<count).map { index in
        Sample(
          imagePath: "\(index)", imageWidth: 10, imageHeight: 10,
          annotations: [index, index / 3, index / 11].map {
            Annotation(box: Box(x1: 0, y1: 0, x2: 5, y2: 5), classIndex: $0 % (count / 8))
          })
      })
    let parts = DatasetSplitter().split(
      [data], groups: Array(0..<count), ratios: [("train", 1), ("val", 1)])
    #expect(abs(parts[0].samples.count - count / 2) < count / 40)
  }
}
