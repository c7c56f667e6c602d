import Imaging
import Testing

@testable import Datasets

/// Datasets with a part of their classes or images.
@Suite struct SelectionTests {
  private let data = Dataset(
    path: "x", format: .voc, split: "train", classNames: ["cat", "dog", "person"],
    samples: [[0, 2, 1], [1], []].enumerated().map { place, classes in
      Sample(
        imagePath: "\(place).jpg", imageWidth: 10, imageHeight: 10,
        annotations: classes.map {
          Annotation(box: Box(x1: 0, y1: 0, x2: Double($0 + 1), y2: 5), classIndex: $0)
        }, imageClass: classes.last, maskPath: place == 0 ? "m.png" : nil,
        maskClassIndices: place == 0 ? [1, nil, 2] : nil)
    })

  private func classes(_ data: Dataset) -> [[Int]] {
    data.samples.map { $0.annotations.map(\.classIndex) }
  }

  /// The person becomes class 0 and the cat class 1; the image of the dog is background.
  @Test func otherClassesBecomeBackground() {
    let part = data.selecting(classes: [2, 0])
    #expect(part.classNames == ["person", "cat"])
    #expect(classes(part) == [[1, 0], [], []])
    #expect(part.samples[0].annotations.map(\.box.x2) == [1, 3])
    #expect(part.samples.map(\.imageClass) == [nil, nil, nil])
    #expect(part.samples[0].maskClassIndices == [nil, nil, 0])
    #expect(part.samples.map(\.imagePath) == data.samples.map(\.imagePath))
  }

  @Test func allClassesBecomeOne() {
    let one = data.joiningClasses(as: "object")
    #expect(one.classNames == ["object"])
    #expect(classes(one) == [[0, 0, 0], [0], []])
    #expect(one.samples.map(\.imageClass) == [0, 0, nil])
    #expect(one.samples[0].maskClassIndices == [0, nil, 0])
  }

  @Test func samplesAreReplaced() {
    let part = data.with([data.samples[1]])
    #expect(part.samples.map(\.imagePath) == ["1.jpg"] && part.classNames == data.classNames)
  }
}
