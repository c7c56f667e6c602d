import Basics
import Foundation
import Imaging

@testable import Training

/// Small datasets of drawn images: colored discs of three classes on noise.
enum SmallData {
  /// Two epochs of six steps with images of 96 pixels, for 24 training images.
  static func config(
    _ name: String, data: String, in folder: TemporaryFolder, threads: Int = 2, workers: Int = 2
  ) -> TrainingConfig {
    var config = TrainingConfig(data: data)
    config.output = folder.path + "/runs"
    config.name = name
    config.imgsz = 96
    config.weights = .random
    config.batch = 4
    config.epochs = 2
    config.closeMosaic = 1
    config.warmupEpochs = 1
    config.threads = threads
    config.workers = workers
    return config
  }

  /// The classes with their colors and radii in pixels; the names sort in this order.
  private static let classes: [(name: String, color: [Int], radius: ClosedRange<Float>)] = [
    ("platelet", [230, 200, 40], 6...10), ("red", [200, 40, 50], 12...22),
    ("white", [70, 60, 190], 18...34),
  ]

  /// Writes a Pascal VOC dataset with the splits train and val; returns its folder.
  static func make(in folder: String, training: Int, validation: Int) throws -> String {
    let path = folder + "/data"
    for name in ["JPEGImages", "Annotations", "ImageSets/Main"] {
      try FileManager.default.createDirectory(
        atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    }
    let names = (0..<training + validation).map { "image\($0)" }
    for (number, name) in names.enumerated() {
      var generator = SeededGenerator(seed: 7, UInt64(number))
      let (image, objects) = draw(&generator)
      try ImageFile.write(image, to: "\(path)/JPEGImages/\(name).jpg")
      try write(
        "<annotation><filename>\(name).jpg</filename><size><width>\(image.width)</width>"
          + "<height>\(image.height)</height><depth>3</depth></size>\(objects)</annotation>",
        to: "\(path)/Annotations/\(name).xml")
    }
    for (split, part) in [("train", names.prefix(training)), ("val", names.suffix(validation))] {
      try write(
        part.joined(separator: "\n") + "\n", to: "\(path)/ImageSets/Main/\(split).txt")
    }
    return path
  }

  /// An image with four discs, and their elements in Pascal VOC's format.
  private static func draw(_ generator: inout SeededGenerator) -> (image: Image, objects: String) {
    var image = Image(width: 160, height: 120, format: .rgb8)
    for place in image.bytes.indices { image.bytes[place] = UInt8(90 + generator.next() % 60) }
    var objects = ""
    for _ in 0..<4 {
      let kind = classes[Int(generator.next() % 3)]
      let radius = generator.uniform(in: kind.radius)
      let x = generator.uniform(in: radius...160 - radius)
      let y = generator.uniform(in: radius...120 - radius)
      for row in 0..<120 {
        for column in 0..<160 {
          let (dx, dy) = (Float(column) + 0.5 - x, Float(row) + 0.5 - y)
          guard dx * dx + dy * dy < radius * radius else { continue }
          for channel in 0..<3 {
            image.bytes[(row * 160 + column) * 3 + channel] = UInt8(kind.color[channel])
          }
        }
      }
      let corners = [x - radius, y - radius, x + radius, y + radius].map { Int($0.rounded()) }
      objects +=
        "<object><name>\(kind.name)</name><difficult>0</difficult><bndbox>"
        + "<xmin>\(corners[0] + 1)</xmin><ymin>\(corners[1] + 1)</ymin>"
        + "<xmax>\(corners[2])</xmax><ymax>\(corners[3])</ymax></bndbox></object>"
    }
    return (image, objects)
  }

  private static func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }
}
