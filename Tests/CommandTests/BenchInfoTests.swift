import Foundation
import Glimpse
import Testing

@testable import GlimpseCommand

@Suite struct BenchInfoTests {
  /// What the scripts that compare Glimpse with its peers read.
  private struct Speed: Decodable {
    let model: String
    let imgsz: Int
    let batch: Int
    let threads: Int
    let precision: String
    let runs: Int
    let median_ms: Double
    let min_ms: Double
    let gflop: Double
    let gflops: Double
    let images_per_s: Double
    let peak_rss_mb: Double
  }

  private struct Network: Decodable {
    struct Layer: Decodable {
      let name: String
      let kind: String
      let output: [Int]
      let parameters: Int
      let mflop: Double
    }

    let model: String
    let classes: [String]
    let imgsz: Int
    let parameters: Int
    let statistics: Int
    let gflop: Double
    let activation_bytes: Int
    let weight_bytes: Int
    let layers: [Layer]
  }

  @Test(arguments: [[], ["--train"]])
  func benchKeepsItsContract(words: [String]) throws {
    let result = try BuiltProgram.run(
      [
        "bench", "--model", "compact", "--imgsz", "64", "--batch", "2", "--threads", "1",
        "--precision", "f32", "--runs", "3", "--json",
      ] + words)
    #expect(result.exitCode == 0)
    #expect(result.diagnostics == "")
    #expect(result.output.split(separator: "\n").count == 1)
    let speed = try JSONDecoder().decode(Speed.self, from: Data(result.output.utf8))
    #expect(speed.model == "compact" && speed.imgsz == 64 && speed.batch == 2)
    #expect(speed.threads == 1 && speed.precision == "f32" && speed.runs == 3)
    #expect(0 < speed.min_ms && speed.min_ms <= speed.median_ms)
    #expect(abs(speed.images_per_s - 2000 / speed.median_ms) < 1e-6 * speed.images_per_s)
    #expect(abs(speed.gflops - speed.gflop / speed.median_ms * 1000) < 1e-6 * speed.gflops)
    #expect(speed.peak_rss_mb > 1)
  }

  @Test func theMedianOfAnEvenNumberIsAMean() {
    #expect(StepTimer.Measurement(milliseconds: [1, 2, 9], flops: 0).median == 2)
    #expect(StepTimer.Measurement(milliseconds: [1, 2, 4, 9], flops: 0).median == 3)
  }

  @Test func benchTellsPeopleToo() throws {
    let result = try BuiltProgram.run(["bench", "--imgsz", "32", "--runs", "1"])
    #expect(result.exitCode == 0)
    for name in ["network", "work", "machine", "time", "speed", "arithmetic", "memory"] {
      #expect(result.output.contains("\(name) "))
    }
  }

  @Test(arguments: Architecture.allCases)
  func infoAddsUp(architecture: Architecture) throws {
    let result = try BuiltProgram.run([
      "info", "--model", architecture.rawValue, "--imgsz", "64", "--json",
    ])
    #expect(result.exitCode == 0)
    let network = try JSONDecoder().decode(Network.self, from: Data(result.output.utf8))
    #expect(network.model == architecture.rawValue && network.imgsz == 64)
    #expect(network.classes.count == 80)
    let sum = network.layers.reduce(0) { $0 + $1.parameters }
    #expect(sum == network.parameters && network.statistics > 0)
    // Folding normalization saves work, and only little of it.
    let work = network.layers.reduce(0) { $0 + $1.mflop } / 1000
    #expect(network.gflop < work && network.gflop > 0.8 * work)
    // Weights of 4 bytes each, once as they are and once packed.
    #expect(network.weight_bytes > 4 * network.parameters)
    #expect(network.activation_bytes >= 4 * 64 * 64 * 3)
    let graph = architecture.detector(
      classCount: 80, input: Shape(n: 1, h: 64, w: 64, c: 3))
    #expect(network.layers.map(\.name) == graph.nodes.map(\.name))
  }

  @Test func infoLooksIntoWeights() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/w.safetensors"
    let weights = try Fixtures.writeWeights(to: path)
    let result = try BuiltProgram.run(["info", "--weights", path])
    #expect(result.exitCode == 0)
    #expect(result.output.contains("\nclasses     3: cat, dog, person\n"))
    #expect(result.output.contains("\ninput       64 x 64 x 3 "))
    let learned = weights.parameters.layout.trainable.count
    #expect(result.output.contains("\nparameters  \(learned) learned, "))
    let larger = try BuiltProgram.run(["bench", "-w", path, "--imgsz", "96", "--runs", "1"])
    #expect(larger.exitCode == 0, "\(larger.diagnostics)")
    let other = try BuiltProgram.run(["bench", "--weights", path, "--model", "resnet18"])
    #expect(other.exitCode == 2)
    #expect(other.diagnostics.contains("is for compact and --model says resnet18"))
    #expect(try BuiltProgram.run(["info", "--imgsz", "64"]).exitCode == 2)
  }
}
