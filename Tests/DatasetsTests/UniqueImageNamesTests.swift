import TestSupport
import Imaging
import Testing

@testable import Datasets

/// What images are called in the folder that they are written to.
struct UniqueImageNamesTests {
  private func names(_ paths: [String], in folder: String = "") -> [String] {
    var names = UniqueImageNames()
    return paths.map { names.name(for: $0, in: folder).name }
  }

  /// The first that is free, counted from 2; a number that is somebody's own name is passed over.
  @Test func theNextFreeNumberIsTaken() {
    #expect(
      names(["a/x.png", "b/x.png", "x-3.png", "c/x.png", "d/x.jpg", "X.png", "x-3.jpg"])
        == ["x.png", "x-2.png", "x-3.png", "x-4.png", "x-5.jpg", "X-6.png", "x-3-2.jpg"])
  }

  /// Trying each number from 2 on for each image would take quadratic time.
  @Test func manyImagesOfOneNameAreNoTrouble() {
    let paths = (0..<40_000).map { "\($0)/frame.png" }
    let growth = timeGrowth(at: paths.count) { count in
      #expect(names(Array(paths.prefix(count))).last == "frame-\(count).png")
    }
    #expect(growth < 10)
  }

  @Test func whyANameChangedIsTold() {
    var names = UniqueImageNames()
    #expect(names.name(for: "a/x.png", in: "").losses == [])
    #expect(names.name(for: "b/x.png", in: "").losses == [.takenNames])
    #expect(names.name(for: "a/x.png", in: "other").losses == [])
    #expect(names.name(for: "c/y\u{1}\\z.png", in: "") == ("y__z.png", [.replacedCharacters]))
    #expect(
      names.name(for: "c/y\u{2}_z.png", in: "")
        == ("y__z-2.png", [.replacedCharacters, .takenNames]))
  }

  /// 250 bytes and ".json" are 255; what is cut may be another image's name.
  @Test func longNamesAreCut() {
    let long = String(repeating: "n", count: 251)
    let cut = String(repeating: "n", count: 250)
    #expect(
      names([long + ".png", "a/" + cut + ".png"])
        == [cut + ".png", String(repeating: "n", count: 248) + "-2.png"])
    // Of two bytes each.
    #expect(names([String(repeating: "\u{e9}", count: 126) + ".jpg"])[0].utf8.count == 254)
  }

  /// What some reader would not find: files are hidden by a dot, lists lose spaces, and an image is
  /// known by its ending.
  @Test(arguments: DatasetFormat.allCases.filter { ![.folders, .masks].contains($0) })
  func allImagesAreFoundAgain(format: DatasetFormat) throws {
    let folder = try TestFolder()
    let files = [
      ".hidden.png", " lead.png", "trail .png", "plain.png", "none", "odd.gif", "a.b.png",
    ]
    for file in files { try folder.writeImage(file) }
    let data = Dataset(
      path: folder.path, format: .coco, split: "train", classNames: ["cat"],
      samples: files.map {
        Sample(
          imagePath: folder.path($0), imageWidth: 20, imageHeight: 10,
          annotations: [Annotation(box: Box(x1: 1, y1: 2, x2: 5, y2: 6), classIndex: 0)])
      })
    let target = try TestFolder()
    let outcome = try DatasetWriter(format: format).write([data], to: target.path("new"))
    #expect(outcome.losses[.replacedCharacters] == 3 && outcome.losses[.addedEndings] == 2)
    let again = try Dataset.open(path: target.path("new"), split: "train")
    #expect(again.samples.count == 7)
    #expect(again.samples.flatMap(\.annotations).count == 7)
  }
}
