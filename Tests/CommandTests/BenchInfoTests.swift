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
    let peak_gflops: Double
    let images_per_s: Double
    let peak_rss_mb: Double
    let layers: [Layer]?

    struct Layer: Decodable {
      let name: String
      let kind: String
      let output: [Int]
      let median_ms: Double
      let forward_ms: Double
      let backward_ms: Double
      let gflop: Double
      let gflops: Double
      let peak_fraction: Double
      let mb: Double
    }
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
    let inference_bytes: Int
    let batch: Int
    let training_step_bytes: Int
    let training_bytes: Int
    let precision: String
    let threads: Int
    let layers: [Layer]
  }

  /// Where the kernels cannot multiply bfloat16, the program computes in floats and says so.
  @Test func aPrecisionThatIsNotThereIsSaid() throws {
    let result = try BuiltProgram.run(
      ["bench", "--imgsz", "32", "--runs", "1", "--precision", "bf16", "--json"],
      environment: ["GLIMPSE_ISA": "scalar"])
    #expect(result.exitCode == 0)
    #expect(result.diagnostics.contains("bf16 was requested"))
    #expect(result.output.contains("\"precision\":\"f32\""))
  }

  /// Image kernels and the engine's come from one choice, so every command refuses the same words.
  @Test(arguments: [["bench", "--imgsz", "32"], ["detect", "missing.jpg"]])
  func anUnknownInstructionSetIsRefused(words: [String]) throws {
    let result = try BuiltProgram.run(words, environment: ["GLIMPSE_ISA": "sse9"])
    #expect(result.exitCode == 1)
    #expect(result.diagnostics.hasPrefix("error: GLIMPSE_ISA is sse9, and this machine can run"))
  }

  @Test(arguments: ModelCatalog.listed.map(\.name), [[], ["--train"]])
  func benchKeepsItsContract(model: String, words: [String]) throws {
    let result = try BuiltProgram.run(
      [
        "bench", "--model", model, "--imgsz", "64", "--batch", "2", "--threads",
        "1",
        "--precision", "f32", "--runs", "3", "--json",
      ] + words)
    #expect(result.exitCode == 0)
    #expect(
      result.diagnostics
        == (["compact", "unet-s"].contains(model)
          ? "" : "\(model) has no built-in weights: randomly initialized\n"))
    #expect(result.output.split(separator: "\n").count == 1)
    let speed = try JSONDecoder().decode(Speed.self, from: Data(result.output.utf8))
    #expect(speed.model == model && speed.imgsz == 64 && speed.batch == 2)
    #expect(speed.threads == 1 && speed.precision == "f32" && speed.runs == 3)
    #expect(0 < speed.min_ms && speed.min_ms <= speed.median_ms)
    #expect(abs(speed.images_per_s - 2000 / speed.median_ms) < 1e-6 * speed.images_per_s)
    #expect(abs(speed.gflops - speed.gflop / speed.median_ms * 1000) < 1e-6 * speed.gflops)
    #expect(speed.peak_gflops > 0.1 && speed.layers == nil)
    #expect(speed.peak_rss_mb > 1)
  }

  @Test(arguments: [[], ["--train"]])
  func layersAddUpToTheWhole(words: [String]) throws {
    let result = try BuiltProgram.run(
      [
        "bench", "--layers", "--json", "--imgsz", "64", "--batch", "2", "--runs", "5",
        "--precision", "f32",
      ] + words)
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let speed = try JSONDecoder().decode(Speed.self, from: Data(result.output.utf8))
    let layers = try #require(speed.layers)
    let graph = ModelSpec.compact.graph(
      classCount: 80, input: Shape(n: 2, h: 64, w: 64, c: 3))
    let trains = !words.isEmpty
    // Normalization is a part of its convolution: in training of all but those of more than 2^16
    // weights. In inference the addition of a residual is a part of it, too.
    let joinedCount = zip(graph.nodes, graph.nodes.dropFirst()).count { convolution, node in
      node.op is BatchNorm && (!trains || convolution.op.parameters[0].count <= 1 << 16)
    }
    let count = graph.nodes.count { trains || !($0.op is Add) } - joinedCount
    #expect(layers.count == count)
    let work = layers.reduce(0) { $0 + $1.gflop }
    // A training step is counted as three passes; the first layer has no gradient by the images.
    #expect(work <= speed.gflop * 1.0001 && work > 0.9 * speed.gflop)
    for layer in layers {
      #expect(layer.output.count == 3 && layer.mb >= 0 && layer.kind != "")
      #expect(layer.forward_ms > 0 && (layer.backward_ms > 0) == trains)
      #expect(abs(layer.median_ms - layer.forward_ms - layer.backward_ms) < 1e-9)
      #expect(abs(layer.gflops * layer.median_ms - 1000 * layer.gflop) <= 1e-3 * layer.gflop)
      #expect(abs(layer.peak_fraction * speed.peak_gflops - layer.gflops) <= 1e-6 * layer.gflops)
    }
    // About the whole step, in wide bounds: other programs may be at work.
    let total = layers.reduce(0) { $0 + $1.median_ms }
    #expect(total > 0.2 * speed.min_ms && total < 20 * speed.median_ms)
    // 3 x 64 x 64 values in, 16 x 32 x 32 out, twice; 27 x 16 weights and 16 biases; 4 bytes each.
    if !trains {
      #expect(layers[0].name == "backbone.stem.conv")
      let bytes = 4 * (2 * (3 * 64 * 64 + 16 * 32 * 32) + 28 * 16)
      #expect(abs(layers[0].mb - Double(bytes) / 1e6) < 1e-9)
    }
    let joined = try #require(layers.first { $0.name == "neck.up16.concat" })
    #expect(trains || joined.mb == 0, "what is joined lies there already")
  }

  @Test func layersAreATableForPeople() throws {
    let result = try BuiltProgram.run(["bench", "--layers", "--imgsz", "32", "--runs", "1"])
    #expect(result.exitCode == 0)
    #expect(result.output.contains("GFLOP/s  % of peak"))
    #expect(
      result.output.contains("\nbackbone.stem.conv ") && result.output.contains("\nall layers "))
    #expect(!result.output.contains("backward"))
    let training = try BuiltProgram.run([
      "bench", "--layers", "--train", "--imgsz", "32", "--runs", "1",
    ])
    #expect(training.exitCode == 0 && training.output.contains("ms  forward  backward  % of time"))
  }

  /// Against a forward pass made here, from the dumped input.
  @Test func benchDumpsWhatWentInAndWhatCameOut() throws {
    let folder = try TemporaryFolder()
    let (input, output) = (folder.path + "/in.f32", folder.path + "/out.f32")
    let result = try BuiltProgram.run([
      "bench", "--imgsz", "64", "--batch", "2", "--runs", "3", "--precision", "f32",
      "--dump-input", input,
      "--dump-output", output,
    ])
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let choice = NetworkChoice(model: .compact, imageSize: 64)
    let weights = try choice.load(on: Console())
    let backend = try ComputeBackend(threads: 1, precision: .f32, on: Console())
    let (graph, parameters) = weights.graph.optimizedForInference(weights.parameters)
    let shape = weights.description.inputShape(n: 2)
    let session = Session(
      try Plan(graph, inputShapes: [shape], mode: .inference, kernels: backend.kernels),
      parameters: parameters, pool: backend.pool)
    var image = Tensor(shape: shape)
    let values = try floats(input)
    #expect(values.count == shape.count && Set(values).count > shape.count / 2)
    // n, c, h, w in the file; n, h, w, c here.
    let side = 64 * 64
    for n in 0..<2 {
      for c in 0..<3 {
        for i in 0..<side {
          image.values[(n * side + i) * 3 + c] = values[(n * 3 + c) * side + i]
        }
      }
    }
    session.inputs[0].copy(from: image)
    session.forward()
    var expected: [Float] = []
    for view in session.outputs {
      let (tensor, side) = (view.tensor(), view.shape.h * view.shape.w)
      for n in 0..<2 {
        for c in 0..<view.shape.c {
          for i in 0..<side { expected.append(tensor.values[(n * side + i) * view.shape.c + c]) }
        }
      }
    }
    #expect(try floats(output) == expected)
    let training = try BuiltProgram.run(["bench", "--train", "--dump-output", output])
    #expect(training.exitCode == 2 && training.diagnostics.contains("--dump-output"))
    let nowhere = try BuiltProgram.run(
      ["bench", "--imgsz", "32", "--runs", "1", "--dump-input", folder.path + "/no/in.f32"])
    #expect(
      nowhere.exitCode == 1
        && nowhere.diagnostics.contains("/no/in.f32: the file cannot be written"))
  }

  private func floats(_ path: String) throws -> [Float] {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return data.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 4).map {
        Float(
          bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
        )
      }
    }
  }

  @Test func benchTimesTheLoader() throws {
    struct Speed: Decodable {
      let images: Int
      let imgsz: Int
      let batch: Int
      let workers: Int
      let cache_mb: Int
      let mosaic: Double
      let runs: Int
      let images_per_s: Double
      let first_images_per_s: Double
      let unreadable: Int
    }
    let folder = try TemporaryFolder()
    try Fixtures.writeVOC(in: folder)
    let words = ["bench", "--data", folder.path, "--imgsz", "64", "--batch", "2", "--runs", "3"]
    let result = try BuiltProgram.run(
      words + ["--workers", "2", "--cache", "1", "--mosaic", "1", "--json"])
    #expect(result.exitCode == 0, "\(result.diagnostics)")
    let speed = try JSONDecoder().decode(Speed.self, from: Data(result.output.utf8))
    #expect(speed.images == 6 && speed.imgsz == 64 && speed.batch == 2 && speed.workers == 2)
    #expect(speed.cache_mb == 1 && speed.mosaic == 1 && speed.runs == 3 && speed.unreadable == 0)
    #expect(speed.images_per_s > 0 && speed.first_images_per_s > 0)
    let table = try BuiltProgram.run(words).output
    #expect(table.contains("\nspeed ") && table.contains("images/s"))
    let both = try BuiltProgram.run(words + ["--train"])
    #expect(both.exitCode == 0 && both.output.contains("\ndata wait "))
    let layers = try BuiltProgram.run(words + ["--layers"])
    #expect(layers.exitCode == 2 && layers.diagnostics.contains("--data"))
    #expect(try BuiltProgram.run(["bench", "--data", folder.path + "/none"]).exitCode == 1)
  }

  @Test func theMedianOfAnEvenNumberIsAMean() {
    #expect(StepTimer.Measurement(milliseconds: [1, 2, 9], flops: 0).median == 2)
    #expect(StepTimer.Measurement(milliseconds: [1, 2, 4, 9], flops: 0).median == 3)
  }

  @Test func benchTellsPeopleToo() throws {
    let result = try BuiltProgram.run(["bench", "--imgsz", "32", "--runs", "1"])
    #expect(result.exitCode == 0)
    for name in ["network", "work", "machine", "time", "speed", "FLOPs", "memory"] {
      #expect(result.output.contains("\(name) "))
    }
  }

  @Test(arguments: ModelCatalog.listed.map(\.name))
  func infoAddsUp(model: String) throws {
    let result = try BuiltProgram.run([
      "info", "--model", model, "--weights", "none", "--imgsz", "64", "--json",
    ])
    #expect(result.exitCode == 0)
    let network = try JSONDecoder().decode(Network.self, from: Data(result.output.utf8))
    #expect(network.model == model && network.imgsz == 64)
    let classCount = try #require(ModelCatalog[model]).task.benchmarkClassCount
    #expect(network.classes.count == classCount)
    let sum = network.layers.reduce(0) { $0 + $1.parameters }
    #expect(sum == network.parameters && network.statistics > 0)
    // Folding normalization saves work, and only little of it.
    let work = network.layers.reduce(0) { $0 + $1.mflop } / 1000
    #expect(network.gflop < work && network.gflop > 0.8 * work)
    // Weights of 4 bytes each, once as they are and once packed.
    #expect(network.weight_bytes > 4 * network.parameters)
    #expect(network.activation_bytes >= 4 * 64 * 64 * 3)
    let graph = try #require(ModelCatalog[model]).graph(
      classCount: classCount, input: Shape(n: 1, h: 64, w: 64, c: 3))
    #expect(network.layers.map(\.name) == graph.nodes.map(\.name))
  }

  /// What `info` reckons against what `bench` is seen to take.
  @Test(arguments: ["f32", "bf16"])
  func reckonedMemoryIsWhatIsMeasured(precision: String) throws {
    let network = ["--imgsz", "160", "--batch", "4", "--precision", precision, "--json"]
    let info = try JSONDecoder().decode(
      Network.self,
      from: Data(BuiltProgram.run(["info", "--model", "compact"] + network).output.utf8))
    #expect(info.batch == 4 && info.training_step_bytes < info.training_bytes)
    func megabytes(_ words: [String]) throws -> Double {
      let words = ["bench", "--runs", "1"] + network + words
      let output = try BuiltProgram.run(words).output
      return try JSONDecoder().decode(Speed.self, from: Data(output.utf8)).peak_rss_mb
    }
    let step = Double(info.training_step_bytes) / 1_048_576
    let training = try megabytes(["--train"])
    // Besides a step: the program, parameters five times, images; together 55 MiB.
    #expect(training > step && training < step + 70, "\(training) measured, \(step) reckoned")
    let inference = try megabytes(["--batch", "1"])
    let reckoned = Double(info.inference_bytes) / 1_048_576
    #expect(abs(inference - reckoned) < 12, "\(inference) measured, \(reckoned) reckoned")
  }

  /// Weights of one's own may have another normalization than the catalog's model.
  @Test func theLoaderNormalizesAsTheWeightsSay() {
    var description = ModelDescription(.compact, classNames: ["a"])
    description.preprocessing = .imageNet
    let config = LoaderSpeed.loaderConfig(for: description, batch: 1, TrainingConfig(data: ""))
    #expect(config.normalization == .imageNet)
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
    #expect(result.output.contains("\nparameters  \(learned) trainable, "))
    let larger = try BuiltProgram.run(["bench", "-w", path, "--imgsz", "96", "--runs", "1"])
    #expect(larger.exitCode == 0, "\(larger.diagnostics)")
    let other = try BuiltProgram.run(["bench", "--weights", path, "--model", "resnet18"])
    #expect(other.exitCode == 2)
    #expect(other.diagnostics.contains("these weights are of compact, and --model names resnet18"))
    #expect(try BuiltProgram.run(["info", "--imgsz", "64"]).exitCode == 2)
  }

  /// A network that is no detector is refused where a detector is needed.
  @Test func aSegmenterDoesNotDetect() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/unet.safetensors"
    try Model(.unet, classNames: ["cell"], imageSize: 64, seed: 0).write(to: path, as: .bf16)
    try folder.write("config.json", "{}")
    #expect(try BuiltProgram.run(["info", "--weights", path]).exitCode == 0)
    let result = try BuiltProgram.run(["detect", folder.path + "/config.json", "--weights", path])
    #expect(result.exitCode == 2)
    #expect(
      result.diagnostics.contains("not a detector") && result.diagnostics.contains("are of unet"))
    #expect(result.diagnostics.split(separator: "\n").count == 1)
    #expect(try BuiltProgram.run(["bench", "--help"]).output.contains("unet"))
  }
}
