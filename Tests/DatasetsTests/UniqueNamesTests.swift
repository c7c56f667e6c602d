import Imaging
import Testing

@testable import Datasets

/// What pictures are called in the folder that they are written to.
struct UniqueNamesTests {
  private func names(_ paths: [String], in folder: String = "") -> [String] {
    var names = UniqueNames()
    return paths.map { names.name(for: $0, in: folder).name }
  }

  /// The first that is free, counted from 2; a number that is somebody's own name is passed over.
  @Test func theNextFreeNumberIsTaken() {
    #expect(
      names(["a/x.png", "b/x.png", "x-3.png", "c/x.png", "d/x.jpg", "X.png", "x-3.jpg"])
        == ["x.png", "x-2.png", "x-3.png", "x-4.png", "x-5.jpg", "X-6.png", "x-3-2.jpg"])
  }

  /// Trying each number from 2 on for each picture would be five thousand million tries.
  @Test func manyPicturesOfOneNameAreNoTrouble() {
    let paths = (0..<100_000).map { "\($0)/frame.png" }
    var last = ""
    let time = ContinuousClock().measure { last = names(paths).last ?? "" }
    #expect(last == "frame-100000.png")
    #expect(time < .seconds(2), "\(time)")
  }

  @Test func whyANameChangedIsTold() {
    var names = UniqueNames()
    #expect(names.name(for: "a/x.png", in: "").losses == [])
    #expect(names.name(for: "b/x.png", in: "").losses == [.takenNames])
    #expect(names.name(for: "a/x.png", in: "other").losses == [])
    #expect(names.name(for: "c/y\u{1}\\z.png", in: "") == ("y__z.png", [.replacedCharacters]))
    #expect(
      names.name(for: "c/y\u{2}_z.png", in: "")
        == ("y__z-2.png", [.replacedCharacters, .takenNames]))
  }
}
