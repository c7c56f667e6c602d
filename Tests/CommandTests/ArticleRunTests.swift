import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

/// The shell blocks of the how-to articles, run one after the other as they stand, on data with the
/// names that they use. Trainings have one epoch of small images.
@Suite struct ArticleRunTests {
  private let folder: TemporaryFolder
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("../..").standardized.path

  init() throws {
    folder = try TemporaryFolder()
  }

  /// The blocks of shell lines of an article.
  private static func blocks(of article: String) throws -> [String] {
    let path = "\(root)/Sources/Glimpse/Glimpse.docc/\(article).md"
    let parts = try String(contentsOfFile: path, encoding: .utf8).components(
      separatedBy: "```sh\n")
    return parts.dropFirst().compactMap { $0.components(separatedBy: "```").first }
  }

  /// Runs blocks of an article, by their numbers; all if none are given.
  private func run(_ article: String, _ numbers: [Int]? = nil) throws {
    let blocks = try Self.blocks(of: article)
    let chosen = numbers ?? Array(blocks.indices)
    #expect(!chosen.isEmpty && chosen.allSatisfy(blocks.indices.contains))
    for number in chosen {
      let script = """
        export HOME=$PWD
        glimpse() {
          case "$1" in
            train) "$GLIMPSE" "$@" --epochs 1 --imgsz 64 --batch 2 ;;
            bench) "$GLIMPSE" "$@" --imgsz 64 --batch 1 --runs 1 ;;
            *) "$GLIMPSE" "$@" ;;
          esac
        }
        set -e -o pipefail
        \(blocks[number])
        """
      let result = try BuiltProgram.runShell(script, in: folder.path)
      #expect(
        result.exitCode == 0,
        "\(article), block \(number): exit code \(result.exitCode)\n\(result.diagnostics)")
    }
  }

  private func copySamples(to name: String) throws {
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
    for file in ["cat.jpg", "person.jpg"] {
      try FileManager.default.copyItem(
        atPath: "\(Self.root)/Samples/\(file)", toPath: folder.path + "/\(name)/\(file)")
    }
  }

  /// Writes images with a bright rectangle at places so different that no two are near-duplicates.
  private func writeImages(to name: String, _ numbers: Range<Int>) throws -> [Box] {
    try numbers.map { number in
      let (x, y) = (Double(number % 5 * 16), Double(number / 5 * 14))
      let box = Box(x1: x, y1: y, x2: x + 12 + Double(number % 3 * 10), y2: y + 14)
      try Fixtures.writeImage(
        to: "\(folder.path)/\(name)/\(number).png", width: 110, height: 90, box: box,
        seed: UInt64(number))
      return box
    }
  }

  /// A YOLO dataset `pets` with 20 images for training and 5 for validation.
  private func makePets() throws {
    for (split, numbers) in [("train", 0..<20), ("val", 20..<25)] {
      for (number, box) in zip(numbers, try writeImages(to: "pets/images/\(split)", numbers)) {
        try folder.write(
          "pets/labels/\(split)/\(number).txt",
          "\(number % 2) \(box.centerX / 110) \(box.centerY / 90) \(box.width / 110) "
            + "\(box.height / 90)\n")
      }
    }
    try folder.write(
      "pets/data.yaml", "train: images/train\nval: images/val\nnames: [cat, dog]\n")
  }

  @Test func labelsAreProposedAndTrainedOn() throws {
    try copySamples(to: "unlabeled")
    _ = try writeImages(to: "unlabeled", 0..<15)
    try copySamples(to: "more")
    try run("AutoLabeling")
    #expect(FileManager.default.fileExists(atPath: folder.path + "/next/labelme/cat.json"))
  }

  @Test func ownImagesAreTrainedOn() throws {
    try makePets()
    try copySamples(to: "photos")
    try run("OwnImages")
    #expect(FileManager.default.fileExists(atPath: folder.path + "/val.html"))
  }

  @Test func theBuiltInWeightsAreDescribed() throws {
    try makePets()
    try run("BuiltInWeights")
  }

  @Test func causesAreLookedFor() throws {
    try makePets()
    try run("LowAccuracy")
  }

  @Test func modelsAreCompared() throws { try run("ModelChoice") }

  @Test func outputsAreConverted() throws {
    try copySamples(to: "photos")
    try run("Outputs", [1, 0])
    #expect(FileManager.default.fileExists(atPath: folder.path + "/results.md.json"))
  }

  @Test(.enabled(if: Fixtures.hasShared("coco_mini"), "COCO's images are not there"))
  func cocoIsScored() throws {
    let coco = Fixtures.shared.appendingPathComponent("coco_mini").path
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/coco", withDestinationPath: coco)
    try run("COCOTools", [0])
  }
}
