import Foundation
import Glimpse

/// Small weights, images and datasets, made for a test.
enum Fixtures {
  /// The files of a run that are no files of its images.
  static let runFiles: Set<String> = [
    "manifest.json", "rows.jsonl", "summary.json", "times.jsonl",
  ]

  static let classNames = ["cat", "dog", "person"]

  /// A compact detector for images of 64 x 64 as it begins: it finds nonsense, always the same.
  @discardableResult
  static func writeWeights(to path: String) throws -> Model {
    let model = Model(.compact, classNames: classNames, imageSize: 64, seed: 1)
    try model.write(to: path)
    return model
  }

  /// A gray image with a bright rectangle at `box`, and some noise that makes it its own.
  static func image(width: Int, height: Int, box: Box? = nil, seed: UInt64 = 0) -> Image {
    var image = Image(width: width, height: height, filledWith: 90)
    var generator = SeededGenerator(seed: seed)
    for y in 0..<height {
      for x in 0..<width {
        let isInside =
          box.map {
            $0.x1 <= Double(x) && Double(x) < $0.x2 && $0.y1 <= Double(y) && Double(y) < $0.y2
          } ?? false
        let noise = UInt8(generator.next() % 32)
        for c in 0..<3 { image.bytes[(y * width + x) * 3 + c] = (isInside ? 200 : 60) + noise }
      }
    }
    return image
  }

  /// Writes an image file; the folder is made where it is missing.
  @discardableResult
  static func writeImage(
    to path: String, width: Int = 80, height: Int = 60, box: Box? = nil, seed: UInt64 = 0
  ) throws -> String {
    try FileManager.default.createDirectory(
      at: URL(fileURLWithPath: path).deletingLastPathComponent(),
      withIntermediateDirectories: true)
    try ImageFile.write(
      image(width: width, height: height, box: box, seed: seed), to: path)
    return path
  }

  /// A Pascal VOC tree: `train` of six images and `val` of four, one object each.
  static func writeVOC(in root: TemporaryFolder) throws {
    for (split, numbers) in [("train", 0..<6), ("val", 6..<10)] {
      var names = ""
      for number in numbers {
        let left = 5 + 4 * number
        let box = Box(x1: Double(left), y1: 10, x2: Double(left + 30), y2: 45)
        try writeImage(
          to: "\(root.path)/JPEGImages/p\(number).png", box: box, seed: UInt64(number))
        // VOC counts pixels from 1, both ends included.
        try root.write(
          "Annotations/p\(number).xml",
          """
          <annotation><filename>p\(number).png</filename>
          <size><width>80</width><height>60</height><depth>3</depth></size>
          <object><name>\(classNames[number % 3])</name><difficult>0</difficult>
          <bndbox><xmin>\(left + 1)</xmin><ymin>11</ymin><xmax>\(left + 30)</xmax><ymax>45</ymax>
          </bndbox></object></annotation>
          """)
        names += "p\(number)\n"
      }
      try root.write("ImageSets/Main/\(split).txt", names)
    }
  }

  /// The data beside the project, where it is present.
  static let shared = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("shared/data")

  static func hasShared(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: shared.appendingPathComponent(name).path)
  }
}
