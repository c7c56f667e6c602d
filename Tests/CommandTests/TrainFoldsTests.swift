import Foundation
import Glimpse
import Testing

/// Cross-validation with the built program.
@Suite struct TrainFoldsTests {
  private let folder: TemporaryFolder

  /// Eight images whose rectangles lie apart, so that none is a near-duplicate of another.
  init() throws {
    folder = try TemporaryFolder()
    let boxes = [
      (0, 0, 40, 60), (40, 0, 80, 60), (0, 0, 80, 30), (0, 30, 80, 60), (20, 15, 60, 45),
      (0, 0, 26, 26), (54, 34, 80, 60), (30, 0, 50, 60),
    ]
    var names = ""
    for (number, (left, top, right, bottom)) in boxes.enumerated() {
      let box = Box(x1: Double(left), y1: Double(top), x2: Double(right), y2: Double(bottom))
      try Fixtures.writeImage(
        to: "\(folder.path)/JPEGImages/p\(number).png", box: box, seed: UInt64(number))
      try folder.write(
        "Annotations/p\(number).xml",
        """
        <annotation><filename>p\(number).png</filename>
        <size><width>80</width><height>60</height><depth>3</depth></size>
        <object><name>\(["cat", "dog"][number % 2])</name><difficult>0</difficult>
        <bndbox><xmin>\(left + 1)</xmin><ymin>\(top + 1)</ymin><xmax>\(right)</xmax>
        <ymax>\(bottom)</ymax></bndbox></object></annotation>
        """)
      names += "p\(number)\n"
    }
    try folder.write("ImageSets/Main/train.txt", names)
  }

  private static let words = [
    "train", "--data", ".", "--imgsz", "32", "--batch", "2", "--folds", "2", "--patience", "0",
  ]

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: folder.path + "/runs/train-1/" + name, encoding: .utf8)
  }

  @Test func foldsAreTrainedOneAfterAnother() throws {
    let result = try BuiltProgram.run(Self.words + ["--epochs", "1"], in: folder.path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.diagnostics.contains("Fold 1/2\nTraining compact with "))
    #expect(result.diagnostics.contains("Fold 2/2\nTraining compact with "))
    #expect(result.output.contains("\nmean ") && result.output.contains("\nstd "))
    #expect(result.output.contains("results  runs/train-1/folds.csv"))
    let lines = try text("folds.csv").split(whereSeparator: \.isNewline)
    #expect(lines[0] == "fold,epoch,precision,recall,mAP50,mAP50-95")
    #expect(lines.map { $0.prefix { $0 != "," } } == ["fold", "1", "2", "mean", "std"])
    let json = try JSONDecoder().decode(Folds.self, from: Data(text("folds.json").utf8))
    #expect(json.folds.map { $0["fold"] } == [1, 2] && json.folds[0]["epoch"] == 1)
    let column = "mAP50"
    let values = try json.folds.map { try #require($0[column]) }
    #expect(abs(try #require(json.mean[column]) - (values[0] + values[1]) / 2) < 1e-12)
    // The deviation of two values is their distance divided by the square root of 2.
    let deviation = abs(values[0] - values[1]) / 2.0.squareRoot()
    #expect(abs(try #require(json.std[column]) - deviation) < 1e-12)
    for fold in 1...2 {
      #expect(try text("fold-\(fold)/results.csv").split(separator: "\n").count == 2)
    }

    // Nothing is left to do; the table is printed again.
    let again = try BuiltProgram.run(["train", "--resume", "runs/train-1"], in: folder.path)
    #expect(again.exitCode == 0 && again.output == result.output, "\(again.diagnostics)")
    #expect(!again.diagnostics.contains("Epoch"))
    let longer = try BuiltProgram.run(
      ["train", "--resume", "runs/train-1", "--epochs", "3"], in: folder.path)
    #expect(longer.exitCode == 2, "\(longer.diagnostics)")
  }

  private struct Folds: Decodable {
    let folds: [[String: Double]]
    let mean: [String: Double]
    let std: [String: Double]
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func aSignalSavesAndResumeGoesOn(signal: Int32) throws {
    let process = Process()
    process.executableURL = BuiltProgram.url
    process.arguments = Self.words + ["--epochs", "40"]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    let diagnostics = Pipe()
    process.standardError = diagnostics
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    var said = ""
    while !said.contains("Epoch 1/") {
      let data = diagnostics.fileHandleForReading.availableData
      guard !data.isEmpty else { break }
      said += String(decoding: data, as: UTF8.self)
    }
    kill(process.processIdentifier, signal)
    said += String(
      decoding: diagnostics.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 75, "\(said)")
    #expect(
      said.contains("interrupted in fold 1; resume with 'glimpse train --resume runs/train-1'\n"),
      "\(said)")
    let result = try BuiltProgram.run(["train", "--resume", "runs/train-1"], in: folder.path)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    #expect(result.diagnostics.contains("Fold 1/2\n") && result.output.contains("\nmean "))
  }
}
