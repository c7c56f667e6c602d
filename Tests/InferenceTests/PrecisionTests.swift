import Inference
import Engine
import Foundation
import Imaging
import Networks
import Testing

/// A whole network in bfloat16 against the same in floats.
@Suite struct PrecisionTests {
  /// All kernels that can run here in bfloat16, the plain ones too.
  static let kernels: [Kernels] = InstructionSet.allCases.compactMap {
    try? Kernels($0, precision: .bf16)
  }

  /// What the shipped weights are sure of in the samples, they find in bfloat16, too.
  @Test(arguments: kernels, ["person.jpg", "cat.jpg"])
  func findsTheSame(_ kernels: Kernels, _ sample: String) throws {
    let samples = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Samples")
    let image = try ImageFile.read(samples.appending(path: sample).path).image
    let weights = try DefaultWeights.load()
    func detect(_ kernels: Kernels, _ confidence: Float) throws -> [Detection] {
      let options = DetectionOptions(confidence: confidence)
      return try Detector(
        weights, imageSize: 256, options: options, pool: ThreadPool(threads: 2), kernels: kernels
      ).detect(image)
    }
    let expected = try detect(Kernels(kernels.instructionSet), 0.35)
    let found = try detect(kernels, 0.3)
    #expect(!expected.isEmpty)
    for detection in expected {
      // A score of s moves by s (1 - s) times the logit's error, of a few hundredths.
      #expect(
        found.contains {
          $0.classIndex == detection.classIndex && abs($0.score - detection.score) < 0.05
            && $0.box.iou(detection.box) > 0.9
        }, "\(detection)")
    }
  }
}
