import TestSupport
import Testing

@testable import Datasets

/// Where images are looked for; the places are those of COCO's and Roboflow's own layouts.
struct ImageFinderTests {
  @Test(arguments: [
    "a.jpg", "images/a.jpg", "val2017/a.jpg", "annotations/a.jpg", "images/val2017/a.jpg",
  ])
  func besideTheGroundTruth(place: String) throws {
    let folder = try TestFolder()
    try folder.write("", to: "annotations/instances_val2017.json")
    try folder.write("", to: place)
    let finder = ImageLocator(
      groundTruth: folder.path("annotations/instances_val2017.json"), folder: nil)
    #expect(finder.path(of: "a.jpg") == folder.path(place))
    #expect(finder.path(of: "b.jpg") == nil)
  }

  @Test func aNamedFolderIsTheOnlyOne() throws {
    let folder = try TestFolder()
    for name in ["truth.json", "a.jpg", "other/b.jpg"] { try folder.write("", to: name) }
    let finder = ImageLocator(groundTruth: folder.path("truth.json"), folder: folder.path("other"))
    #expect(finder.path(of: "b.jpg") == folder.path("other/b.jpg"))
    #expect(finder.path(of: "a.jpg") == nil)
  }

  /// Names as they are found in files: without an ending, with another one, with the folders of
  /// another machine.
  @Test func namesThatAreNearlyRight() throws {
    let folder = try TestFolder()
    for name in ["x/a.JPG", "x/b.png", "x/c.jpg", "x/c.png", "x/in/d.jpg"] {
      try folder.write("", to: name)
    }
    let finder = ImageLocator(root: folder.path, folders: [folder.path("x")])
    for (name, place) in [
      ("a", "x/a.JPG"), ("a.jpg", "x/a.JPG"), ("b.jpg", "x/b.png"), ("C:\\data\\b.png", "x/b.png"),
      ("/home/someone/b.png", "x/b.png"), ("../../b.png", "x/b.png"), ("c.png", "x/c.png"),
      ("in/d.jpg", "x/in/d.jpg"), ("in\\d.jpg", "x/in/d.jpg"),
    ] {
      #expect(finder.path(of: name) == folder.path(place), "\(name)")
    }
    // Two could be meant.
    #expect(finder.path(of: "c") == nil)
    #expect(finder.path(of: "/etc/hostname") == nil)
    #expect(finder.path(of: "../ground truth.json") == nil)
  }
}
