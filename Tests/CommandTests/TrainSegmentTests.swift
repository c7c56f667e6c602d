import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// A segmentation network from training to its scores, by the built program.
@Suite struct TrainSegmentTests {
  private let folder: TemporaryFolder

  /// Bright disks on a dark ground, and their masks.
  init() throws {
    folder = try TemporaryFolder()
    for split in ["train", "val"] {
      var names: [String] = []
      for index in 0..<(split == "train" ? 6 : 2) {
        let name = "\(split)\(index).png"
        names.append(name)
        var image = Image(width: 80, height: 72, format: .gray8, filledWith: 30)
        var mask = Image(width: 80, height: 72, format: .gray8)
        let (x, y) = (20 + 6 * index, 30 + 2 * index)
        for place in mask.bytes.indices {
          let (dx, dy) = (place % 80 - x, place / 80 - y)
          guard dx * dx + dy * dy < 150 else { continue }
          (image.bytes[place], mask.bytes[place]) = (200, 255)
        }
        for (kind, picture) in [("images", image), ("masks", mask)] {
          try FileManager.default.createDirectory(
            atPath: "\(folder.path)/\(kind)", withIntermediateDirectories: true)
          try ImageFile.write(picture, to: "\(folder.path)/\(kind)/\(name)")
        }
      }
      try names.joined(separator: "\n").write(
        toFile: "\(folder.path)/\(split).txt", atomically: true, encoding: .utf8)
    }
  }

  private func run(_ words: String...) throws -> BuiltProgram.Result {
    try BuiltProgram.run(words, in: folder.path)
  }

  @Test func trainedWeightsAreScoredAndUsed() throws {
    let trained = try run(
      "train", "--task", "segment", "--data", ".", "--weights", "none", "--imgsz", "64", "--batch",
      "3", "--epochs", "8",
      "--threads", "2", "--val-interval", "8")
    #expect(trained.exitCode == 0, "\(trained.diagnostics)")
    #expect(
      trained.diagnostics.hasPrefix("Training unet-s with 1942577 parameters on 6 images of 1 "))
    #expect(trained.diagnostics.contains("\nRecipe: segmentation (optimizer muon, "))
    #expect(trained.output.contains("object "))
    let report = try String(
      contentsOfFile: folder.path + "/runs/train-1/report.html", encoding: .utf8)
    #expect(report.contains("Evaluation of the best weights") && report.contains("Worst images"))
    let results = try String(
      contentsOfFile: folder.path + "/runs/train-1/results.csv", encoding: .utf8)
    let rows = results.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let column = try #require(rows[0].firstIndex(of: "val/ce_loss"))
    #expect(try #require(Double(rows[8][column])) > 0, "\(results)")
    let unfit = try run("train", "--task", "segment", "--data", ".", "--class-weights", "1,2,3")
    #expect(unfit.exitCode == 2, "\(unfit.diagnostics)")
    #expect(
      unfit.diagnostics.contains(
        "one for the background and one for each class, so 2 for object, not 3"))
    let weights = "runs/train-1/weights/best.safetensors"

    let scored = try run("evaluate", "--data", ".", "-w", weights, "--json")
    #expect(scored.exitCode == 0, "\(scored.diagnostics)")
    let json = try JSONSerialization.jsonObject(with: Data(scored.output.utf8)) as? [String: Any]
    let metrics = try #require(json?["metrics"] as? [String: Any])
    for name in ["dice", "miou", "pixel_accuracy", "object_f1_50", "mask_ap", "mask_ap50"] {
      let value = try #require(metrics[name] as? Double, "\(name)")
      #expect((0...1).contains(value), "\(name) is \(value)")
    }
    // Disks of another brightness than the ground are learned at once.
    #expect((metrics["dice"] as? Double ?? 0) > 0.8)

    let segmented = try run("segment", "images/val0.png", "-w", weights, "-o", "masks-out")
    #expect(segmented.exitCode == 0, "\(segmented.diagnostics)")
    let mask = try ImageFile.read(
      folder.path + "/masks-out/val0.png", policy: DecodePolicy(format: nil)
    ).image
    #expect(mask.width == 80 && mask.height == 72 && mask.format == .gray8)
    #expect(Set(mask.bytes).isSubset(of: [0, 255]))

    let compared = try run("evaluate", "--truth", "masks", "--detections", "masks-out")
    #expect(compared.exitCode == 4, "the masks of seven images are missing")
  }

  /// The last layer is transferred although the class has another name, and the report lists neither
  /// the model of the task nor the automatic batch size as changed.
  @Test func aFineTuningSaysWhatItStartsFrom() throws {
    let trained = try run(
      "train", "--task", "segment", "--data", ".", "--imgsz", "32", "--epochs", "1", "--threads",
      "2")
    #expect(trained.exitCode == 0, "\(trained.diagnostics)")
    let count = Model(.unetS, classNames: ["object"], seed: 1).parameters.layout.entries.count
    #expect(
      trained.diagnostics.contains(
        "Transferred \(count) of \(count) tensors from the built-in weights; class layers: transferred "
          + "in their order, from nucleus to object\n"), "\(trained.diagnostics)")
    #expect(trained.output.contains("pooled over the objects of all images"))
    let report = try String(
      contentsOfFile: folder.path + "/runs/train-1/report.html", encoding: .utf8)
    #expect(report.contains(" % of the pixels") && !report.contains("no boxes"))
    let start = try #require(report.range(of: "Settings that differ from the defaults"))
    let end = try #require(report.range(of: "Time and machine"))
    let settings = report[start.upperBound..<end.lowerBound]
    #expect(settings.contains("epochs") && !settings.contains("unet-s"))
    #expect(!settings.contains("batch"))
    let again = try run("train", "--resume")
    #expect(again.exitCode == 0 && !again.diagnostics.contains("Resuming"), "\(again.diagnostics)")
    let check = try run("check", ".")
    #expect(check.output.contains("images with"), "\(check.output)")
  }

  @Test func taskAndModelMustAgree() throws {
    let result = try run("train", "--task", "segment", "--model", "compact", "--data", ".")
    #expect(result.exitCode == 2)
    #expect(
      result.diagnostics.contains("--task segment does not fit the model compact"),
      "\(result.diagnostics)")
  }
}
