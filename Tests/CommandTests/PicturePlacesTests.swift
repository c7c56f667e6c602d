import Testing

@testable import GlimpseCommand

/// Where pictures are looked for.
struct PicturePlacesTests {
  @Test(arguments: [
    "a.jpg", "images/a.jpg", "val2017/a.jpg", "annotations/a.jpg", "images/val2017/a.jpg",
  ])
  func picturesAreFoundBesideTheTruth(place: String) throws {
    let folder = try TemporaryFolder()
    let truth = try folder.write("annotations/instances_val2017.json")
    let picture = try folder.write(place)
    #expect(PicturePlaces(truth: truth, folder: nil).path(of: "a.jpg") == picture)
    #expect(PicturePlaces(truth: truth, folder: nil).path(of: "b.jpg") == nil)
    #expect(PicturePlaces(truth: truth, folder: nil).path(of: picture) == picture)
  }

  @Test func aNamedFolderIsTheOnlyOne() throws {
    let folder = try TemporaryFolder()
    let truth = try folder.write("truth.json")
    try folder.write("a.jpg")
    let other = try folder.write("other/b.jpg")
    let places = PicturePlaces(truth: truth, folder: folder.path + "/other")
    #expect(places.path(of: "b.jpg") == other && places.path(of: "a.jpg") == nil)
  }
}
