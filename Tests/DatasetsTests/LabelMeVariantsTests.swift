import Basics
import Datasets
import Imaging
import TestSupport
import Testing

/// LabelMe's files as other tools and older versions write them.
///
/// Images have 160 x 120 pixels. Expected values are those that the shapes state.
struct LabelMeVariantsTests {
  private let rectangle =
    #"{"label": "dog", "points": [[100, 20], [140, 60]], "shape_type": "rectangle"}"#

  private func folder(
    _ shapes: String..., imagePath: String = "a.png", image: String = "a.png"
  ) throws -> TestFolder {
    let folder = try TestFolder()
    try folder.writeImage(image, width: 160, height: 120)
    try folder.write(
      "{\"shapes\": [\(shapes.joined(separator: ", "))], \"imagePath\": \"\(imagePath)\"}",
      to: "a.json")
    return folder
  }

  private func open(_ folder: TestFolder) throws -> Dataset {
    try Dataset.open(
      path: folder.path, split: "train", reading: DatasetReading(segmentations: true))
  }

  @Test(arguments: ["rotation", "quadrilateral", "oriented_rectangle"])
  func rotatedBoxesArePolygons(type: String) throws {
    let shape =
      "{\"label\": \"cat\", \"points\": [[40, 20], [90, 50], [75, 75], [25, 45]], "
      + "\"shape_type\": \"\(type)\", \"group_id\": null, \"direction\": 0.54}"
    let data = try open(folder(shape, rectangle))
    #expect(data.issues.isEmpty)
    let annotations = data.samples[0].annotations
    #expect(
      annotations.map(\.box) == [
        Box(x1: 25, y1: 20, x2: 90, y2: 75), Box(x1: 100, y1: 20, x2: 140, y2: 60),
      ])
    #expect(annotations[0].segmentation == .polygons([[40, 20, 90, 50, 75, 75, 25, 45]]))
  }

  @Test func anUnknownTypeIsABoxWithAWarning() throws {
    let shape =
      #"{"label": "cat", "points": [[40, 20], [90, 50], [25, 45]], "shape_type": "cuboid"}"#
    let data = try open(folder(shape))
    #expect(data.samples[0].annotations.map(\.box) == [Box(x1: 25, y1: 20, x2: 90, y2: 50)])
    #expect(data.issues.map(\.kind) == [.invalidSegmentation])
    #expect(data.issues[0].message.contains("\"cuboid\" is unknown"))
  }

  @Test(arguments: ["__ignore__", "_background_"]) func whatLabelMeIgnoresIsNoClass(label: String)
    throws
  {
    let shape =
      "{\"label\": \"\(label)\", \"points\": [[1, 2], [3, 4]], \"shape_type\": \"rectangle\"}"
    let data = try open(folder(shape, rectangle, shape))
    #expect(data.classNames == ["dog"])
    #expect(data.samples[0].annotations.count == 1)
    #expect(data.issues.map(\.kind) == [.ignoredShapes])
    #expect(data.issues[0].message.hasPrefix("2 shapes with the label \"\(label)\" left out"))
  }

  @Test func theLabelFileIsNotItsImage() throws {
    let data = try open(folder(rectangle, imagePath: "a.json"))
    #expect(data.samples.map { FilePath.name($0.imagePath) } == ["a.png"])
    #expect(data.samples[0].annotations.count == 1 && data.issues.isEmpty)
  }

  @Test func difficultIsAKeyOfTheShape() throws {
    let shape = rectangle.dropLast() + ", \"difficult\": true}"
    #expect(try open(folder(String(shape))).samples[0].annotations[0].isDifficult)
  }

  @Test func groupsMayBeTexts() throws {
    func part(_ x: Int) -> String {
      "{\"label\": \"cat\", \"points\": [[\(x), 1], [\(x + 5), 1], [\(x), 9]], \"group_id\": \"g1\"}"
    }
    let data = try open(folder(part(10), part(40)))
    #expect(data.samples[0].annotations.map(\.box) == [Box(x1: 10, y1: 1, x2: 45, y2: 9)])
  }

  /// In a YOLO dataset labels count the lines of the class list, whatever the names are.
  @Test func yoloCountsEveryLine() throws {
    let folder = try TestFolder()
    try folder.writeImage("images/a.png")
    try folder.write("2 0.5 0.5 0.5 0.5\n", to: "labels/a.txt")
    try folder.write("__ignore__\n_background_\ncat\n", to: "classes.txt")
    let data = try Dataset.open(path: folder.path, split: "train")
    #expect(data.classNames[data.samples[0].annotations[0].classIndex] == "cat")
  }
}
