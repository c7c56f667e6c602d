import Engine
import Foundation
import Imaging
import TestSupport
import Testing

@testable import Training

/// A small network against PyTorch: outputs, all gradients, and ten training losses.
///
/// The golden file is made by Golden/make_end_to_end.py, where PyTorch computes in double precision
/// from the same weights; the differences are the rounding of single precision, 6e-8 an operation,
/// which sums and batch normalization over few values enlarge: up to 1e-6 of the largest value was
/// seen, and five times as much is allowed.
@Suite struct EndToEndTests {
  @Test(arguments: InstructionSet.available)
  func outputsGradientsAndStatistics(set: InstructionSet) throws {
    let golden = try Golden.read()
    let network = try SmallNetwork(set: set, threads: 2)
    let outcome = try network.trainingStep(.sgd).step(
      network.images, targets: .boxes(network.groundTruths))
    #expect(abs(outcome.loss.total - golden.loss) < 1e-6 * golden.loss)

    // The step has changed the weights; forward runs again on the first ones.
    let session = try network.session()
    session.inputs[0].copy(from: network.images)
    session.forward()
    for (output, expected) in zip(session.outputs, golden.outputs) {
      #expect(relativeDifference(planar(output.tensor()), expected) < 5e-6)
    }
    let gradients = session.gradients
    _ = FormulaLoss().evaluate(
      outputs: session.outputs, targets: .boxes(network.groundTruths),
      gradients: session.outputGradients, pool: network.pool)
    session.backward()
    #expect(gradients?.layout.entries.count == golden.gradients.count + golden.statistics.count)
    for entry in session.parameters.layout.entries {
      if entry.declaration.kind == .statistic {
        let expected = try #require(golden.statistics[entry.name])
        #expect(relativeDifference(session.parameters.exported(entry).values, expected) < 5e-6)
      } else {
        let expected = try #require(golden.gradients[entry.name])
        let actual = try #require(gradients?.exported(entry).values)
        #expect(relativeDifference(actual, expected) < 5e-6, "\(entry.name)")
      }
    }
  }

  @Test(arguments: InstructionSet.available, [OptimizerChoice.sgd, .adamw])
  func tenLosses(set: InstructionSet, choice: OptimizerChoice) throws {
    let golden = try Golden.read()
    let network = try SmallNetwork(set: set, threads: 2)
    let training = network.trainingStep(choice)
    let expected = choice == .sgd ? golden.sgdLosses : golden.adamwLosses
    #expect(expected.count == 10)
    for loss in expected {
      let outcome = try training.step(network.images, targets: .boxes(network.groundTruths))
      // AdamW divides by the gradient's size: rounding of small gradients shows at once.
      #expect(abs(outcome.loss.total - loss) < (choice == .sgd ? 1e-6 : 1e-5) * loss)
    }
  }

  /// The same network and steps with activations and their gradients in bfloat16, whose rounding is
  /// 2^-9: the losses differ by less than one part in a hundred, and they fall alike.
  @Test(
    arguments: InstructionSet.allCases.filter { (try? Kernels($0, precision: .bf16)) != nil })
  func tenLossesInBFloat16(set: InstructionSet) throws {
    let golden = try Golden.read()
    let network = try SmallNetwork(set: set, precision: .bf16, threads: 2)
    let training = network.trainingStep(.sgd)
    for loss in golden.sgdLosses {
      let outcome = try training.step(network.images, targets: .boxes(network.groundTruths))
      #expect(abs(outcome.loss.total - loss) < 0.01 * loss)
    }
  }

  @Test func threadsDoNotMatter() throws {
    let set = InstructionSet.available.last ?? .scalar
    let results = try [1, 2, 3].map { threads in
      let network = try SmallNetwork(set: set, threads: threads)
      let training = network.trainingStep(.adamw)
      for _ in 0..<5 {
        _ = try training.step(network.images, targets: .boxes(network.groundTruths))
      }
      return Array(network.parameters.values) + Array(training.average.values.values)
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }

  @Test func infiniteLossIsReported() throws {
    let network = try SmallNetwork(set: .scalar, threads: 1)
    let training = network.trainingStep(.sgd)
    var images = network.images
    images.values[5] = .nan
    let before = Array(network.parameters.values[network.parameters.layout.trainable])
    #expect {
      _ = try training.step(images, targets: .boxes(network.groundTruths))
    } throws: { error in
      (error as? TrainingError)?.kind == .diverged
    }
    #expect(Array(network.parameters.values[network.parameters.layout.trainable]) == before)
    #expect(training.steps == 0)
  }

  /// PyTorch's order: images, channels, rows, columns.
  private func planar(_ tensor: Tensor) -> [Float] {
    let shape = tensor.shape
    return (0..<shape.count).map { tensor.values[SmallNetwork.index(ofPlanar: $0, shape)] }
  }
}

/// What make_end_to_end.py has written.
private struct Golden: Decodable {
  let outputs: [[Double]]
  let loss: Double
  let gradients: [String: [Double]]
  let statistics: [String: [Double]]
  let sgdLosses: [Double]
  let adamwLosses: [Double]

  static func read() throws -> Golden {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Golden/end_to_end.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Golden.self, from: Data(contentsOf: file))
  }
}

/// The network, weights and images of make_end_to_end.py.
private struct SmallNetwork {
  let graph: Graph
  let parameters: ParameterBlock
  let images: Tensor
  let pool: ThreadPool
  let kernels: Kernels
  static let shape = Shape(n: 2, h: 16, w: 16, c: 3)

  var groundTruths: [[Annotation]] { [[], []] }

  init(set: InstructionSet, precision: Precision = .f32, threads: Int) throws {
    pool = ThreadPool(threads: threads)
    kernels = try Kernels(set, precision: precision)
    let root = Scope()
    func block(
      _ name: String, _ input: Value, _ channels: Int, kernel: Extent, stride: Extent = 1,
      groups: Int = 1
    ) -> Value {
      let convolved = root[name]["conv"].apply(
        Convolution(input.shape.c, channels, kernel: kernel, stride: stride, groups: groups), input)
      return root[name]["norm"].apply(
        BatchNorm(channels: channels, epsilon: 1e-3, momentum: 0.03, activation: .silu), convolved)
    }
    let near = block("stem", root.input(Self.shape), 8, kernel: 3, stride: 2)
    let narrow = block("depthwise", near, 8, kernel: 3, stride: 2, groups: 8)
    let far = block("pointwise", narrow, 16, kernel: 1)
    let up = root["up"].apply(NearestUpsample(factor: 2), far)
    let joined = block("fuse", root["join"].apply(Concat(), up, near), 12, kernel: 3)
    let fine = root["fine"].apply(Convolution(12, 6, kernel: 1, bias: true), joined)
    let coarse = root["coarse"].apply(Convolution(16, 6, kernel: 1, bias: true), far)
    graph = root.finish(outputs: [fine, coarse])

    parameters = ParameterBlock(graph.parameterLayout, seed: 0)
    // The salts count PyTorch's parameters: each module's learned ones in the order of the modules.
    var salt: UInt64 = 0
    for module in ["stem", "depthwise", "pointwise", "fuse", "fine", "coarse"] {
      for entry in parameters.layout.entries
      where entry.name.hasPrefix(module + ".") && entry.declaration.kind != .statistic {
        salt += 1
        var values = Self.formula(salt, entry.range.count)
        let publicShape = parameters.exported(entry).shape
        if publicShape.count == 4 {
          let fan = publicShape.dropFirst().reduce(1, *)
          values = values.map { $0 * (3 / Double(fan).squareRoot()) }
        } else if entry.name.hasSuffix("norm.weight") {
          values = values.map { $0 + 1 }
        }
        parameters.importValues(values.map { Float($0) }, for: entry)
      }
    }
    var images = Tensor(shape: Self.shape)
    for (index, value) in Self.formula(100, images.shape.count).enumerated() {
      images.values[Self.index(ofPlanar: index, images.shape)] = Float(value * 4)
    }
    self.images = images
  }

  func session() throws -> Session {
    let fresh = try SmallNetwork(set: kernels.instructionSet, threads: 1)
    let plan = try Plan(graph, inputShapes: [Self.shape], mode: .training(), kernels: kernels)
    return Session(plan, parameters: fresh.parameters, pool: pool)
  }

  func trainingStep(_ choice: OptimizerChoice) -> TrainingStep {
    // A constant rate: the schedule's final fraction is 1. Gradients are never cut.
    var config = TrainingConfig()
    config.optimizer = choice
    config.weightDecay = choice == .sgd ? 0.01 : 0.1
    config.learningRate = choice == .sgd ? 0.05 : 0.01
    config.finalLearningRateFraction = 1
    config.warmupEpochs = 0
    config.clip = 1e9
    return TrainingStep(
      graph, parameters: parameters, loss: FormulaLoss(), config: config, stepsPerEpoch: 1,
      pool: pool, kernels: kernels)
  }

  /// Numbers in -0.5 ..< 0.5 with 24 bits: a hash of salt and index, as in the script.
  static func formula(_ salt: UInt64, _ count: Int) -> [Double] {
    (0..<UInt64(count)).map { index in
      var x = (index * 2_654_435_761 + salt * 40_503) & 0xFFFF_FFFF
      x ^= x >> 15
      x = (x * 2_246_822_519) & 0xFFFF_FFFF
      x ^= x >> 13
      return Double(x >> 8) / Double(1 << 24) - 0.5
    }
  }

  /// Where a value in PyTorch's order lies in ours.
  static func index(ofPlanar index: Int, _ shape: Shape) -> Int {
    let (column, row) = (index % shape.w, index / shape.w % shape.h)
    let (channel, image) = (
      index / (shape.w * shape.h) % shape.c, index / (shape.count / shape.n)
    )
    return ((image * shape.h + row) * shape.w + column) * shape.c + channel
  }
}

/// Mean squared error of channels 0 to 3, cross-entropy of channels 4 and 5, each a mean.
private struct FormulaLoss: Loss {
  let termNames = ["box", "cls"]

  func evaluate(
    outputs: [View], targets: Targets, gradients: [View], pool: ThreadPool
  ) -> LossTerms {
    var (box, classification) = (0.0, 0.0)
    for (level, (output, gradient)) in zip(outputs, gradients).enumerated() {
      let shape = output.shape
      let targets = SmallNetwork.formula(200 + UInt64(level), shape.count)
      for planar in 0..<shape.count {
        let index = SmallNetwork.index(ofPlanar: planar, shape)
        let (pixel, channel) = (index / shape.c, index % shape.c)
        let x = Double(output.data[pixel * output.stride + channel])
        var slope: Double
        if channel < 4 {
          let count = Double(shape.pixels * 4)
          let difference = x - targets[planar]
          box += difference * difference / count
          slope = 2 * difference / count
        } else {
          let count = Double(shape.pixels * 2)
          let target = targets[planar] + 0.5
          classification += (max(x, 0) - x * target + log1p(exp(-abs(x)))) / count
          slope = (1 / (1 + exp(-x)) - target) / count
        }
        gradient.data[pixel * gradient.stride + channel] = Float(slope)
      }
    }
    return LossTerms(
      terms: [NamedValue("box", box), NamedValue("cls", classification)], sampleCount: 0)
  }
}
