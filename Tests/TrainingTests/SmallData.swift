import Foundation

@testable import Training

/// A few images of blood cells as a VOC folder of their own.
enum SmallData {
  private static let source = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared/data/bccd").path

  static var isPresent: Bool { FileManager.default.fileExists(atPath: source) }

  /// Two epochs of six steps with images of 96 pixels, for 24 training images.
  static func config(
    _ name: String, data: String, in folder: TemporaryFolder, threads: Int = 2, workers: Int = 2
  ) -> TrainingConfig {
    var config = TrainingConfig(data: data)
    config.output = folder.path + "/runs"
    config.name = name
    config.imgsz = 96
    config.batch = 4
    config.epochs = 2
    config.closeMosaic = 1
    config.warmupEpochs = 1
    config.threads = threads
    config.workers = workers
    return config
  }

  /// Copies the first images of the training split, so that a test that breaks one breaks nobody's;
  /// returns the dataset's folder.
  static func make(in folder: String, training: Int, validation: Int) throws -> String {
    let files = FileManager.default
    let path = folder + "/data"
    for name in ["JPEGImages", "Annotations", "ImageSets/Main"] {
      try files.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
    }
    let names = try String(contentsOfFile: source + "/ImageSets/Main/train.txt", encoding: .utf8)
      .split(whereSeparator: \.isWhitespace).prefix(training + validation)
    for name in names {
      for file in ["JPEGImages/\(name).jpg", "Annotations/\(name).xml"] {
        try files.copyItem(atPath: "\(source)/\(file)", toPath: "\(path)/\(file)")
      }
    }
    for (split, part) in [("train", names.prefix(training)), ("val", names.suffix(validation))] {
      try Data((part.joined(separator: "\n") + "\n").utf8).write(
        to: URL(fileURLWithPath: "\(path)/ImageSets/Main/\(split).txt"))
    }
    return path
  }
}
