import Basics
import Foundation
import TestSupport
import Testing

@testable import Datasets

/// Names that are paths of other machines, and names that several files could have.
struct PathResolverTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  @Test(arguments: [
    (#"C:\set\images\a.jpg"#, "/set/images/a.jpg"), ("C:/set/a.jpg", "/set/a.jpg"),
    ("file:///home/u/a%20b.jpg", "/home/u/a b.jpg"), ("file://host/u/a.jpg", "/u/a.jpg"),
    ("FILE:///C:/set/a.jpg", "/set/a.jpg"), (#"\\server\share\a.jpg"#, "//server/share/a.jpg"),
    (#"images\a.jpg"#, "images/a.jpg"), ("a%20b.jpg", "a%20b.jpg"), ("c:a.jpg", "c:a.jpg"),
  ])
  func notations(path: String, portable: String) {
    #expect(FilePath.portable(path) == portable)
  }

  /// Each row of a list is the image that it means on this machine, with its own labels.
  @Test(arguments: [
    #"C:\Users\u\set\images\train\%"#, "C:/Users/u/set/images/train/%",
    #"\\server\share\set\images\train\%"#, "/home/u/set/images/train/%",
    "file:///home/u/set/images/train/%", #"images\train\%"#, "./images/train/%",
    "data/images/train/%",
  ])
  func listsOfOtherMachines(form: String) throws {
    for (place, name) in ["cam1/a b.png", "cam2/a b.png", "a b.png"].enumerated() {
      try folder.writeImage("images/train/" + name)
      try folder.write(
        "\(place) .5 .5 .5 .5", to: "labels/train/\(FilePath.stem(name)).txt")
    }
    let listed = ["cam1/a b.png", "cam2/a b.png"].map { name in
      let own = form.contains(#"\"#) ? name.replacingOccurrences(of: "/", with: #"\"#) : name
      return form.replacingOccurrences(of: "%", with: own)
    }
    try folder.write(listed.joined(separator: "\n"), to: "list.txt")
    try folder.write("train: list.txt\nnames: [a, b, c]\n", to: "data.yaml")
    let data = try Dataset.open(path: folder.path, split: "train")
    #expect(
      data.samples.map(\.imagePath) == [
        folder.path("images/train/cam1/a b.png"), folder.path("images/train/cam2/a b.png"),
      ])
    #expect(data.samples.map { $0.annotations.map(\.classIndex) } == [[0], [1]])
  }

  /// An end that two names have, or that another name is, is not used for either of the former.
  @Test func endsOfSeveralNamesAreGuesses() throws {
    try folder.write("", to: "a.png")
    let resolver = PathResolver(folders: [folder.path])
    let place = folder.path("a.png")
    #expect(PathResolver.paths(["x/a.png"], resolver.match) == [.partial(place)])
    #expect(PathResolver.paths(["x/a.png", "x/a.png"], resolver.match).allSatisfy { $0 != nil })
    #expect(PathResolver.paths(["x/a.png", "y/a.png"], resolver.match) == [nil, nil])
    #expect(PathResolver.paths(["a.png", "y/a.png"], resolver.match) == [.exact(place), nil])
  }

  /// Roboflow's download names its own folder; a split's name is never left out of a path.
  @Test(arguments: [
    ("my-set/train/images", "train/images"), ("../valid/images", "valid/images"),
    (#"C:\x\my-set\test\images"#, "test/images"), ("/content/my-set/test/images", "test/images"),
    ("other/images", "images"), ("train/images/more", nil), ("val/images", nil),
  ])
  func foldersOfDescriptions(name: String, place: String?) throws {
    for split in ["train", "valid", "test"] { try folder.write("", to: split + "/images/a.png") }
    try folder.write("", to: "images/a.png")
    let match = PathResolver(folders: [folder.path]).match(name)
    #expect(match?.path == place.map { folder.path($0) })
  }

  /// COCO's file names, as above: a third image of the name gets nobody's labels.
  @Test func namesOfMissingImages() throws {
    for name in ["images/train/a.png", "images/train/cam1/b.png", "images/train/b.png"] {
      try folder.write("", to: name)
    }
    let locator = ImageLocator(
      root: folder.path, folders: [folder.path("images/train"), folder.path])
    let places = locator.places(of: ["cam1/a.png", "cam2/a.png", #"D:\images\train\cam1\b.png"#])
    #expect(
      places == [
        folder.path("images/train/cam1/a.png"), folder.path("images/train/cam2/a.png"),
        folder.path("images/train/cam1/b.png"),
      ])
    #expect(locator.places(of: ["../secret.png", "/etc/hostname"]) == [nil, nil])
  }
}
