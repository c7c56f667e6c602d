import Engine
import Networks
import Testing

@testable import Training

/// What is reckoned is compared with what was measured in CommandTests.
@Suite struct TrainingMemoryTests {
  private let model = Model(.compact, classNames: ["a", "b"], imageSize: 96, seed: 0)

  private func memory(
    _ config: TrainingConfig, samples: Int = 1000, limit: Int = 1 << 50
  ) throws -> TrainingMemory {
    try TrainingMemory(
      config, model: model, sampleCount: samples, precision: .f32, threads: 2, limit: limit)
  }

  private var automatic: TrainingConfig {
    var config = TrainingConfig(data: "somewhere")
    config.imgsz = 96
    config.batch = nil
    return config
  }

  @Test func theLargestBatchThatFitsIsTaken() throws {
    let most = try memory(automatic)
    #expect(most.batch == 16)
    // Four fifths of the limit: exactly enough, and a byte too little.
    let limit = Int((Double(most.total) / 0.8).rounded(.up))
    #expect(try memory(automatic, limit: limit).batch == 16)
    #expect(try memory(automatic, limit: limit - 2).batch == 8)
    #expect(try memory(automatic, samples: 150).batch == 16)
    #expect(try memory(automatic, samples: 149).batch == 8)
    #expect(try memory(automatic, samples: 7).batch == 4)
    #expect(try memory(automatic, samples: 0).batch == 1)
  }

  /// A given batch size may use the whole limit; one that needs more is refused with one that fits.
  @Test func aGivenBatchIsKeptOrRefused() throws {
    var config = automatic
    config.batch = 5
    let needed = try memory(config).total
    #expect(try memory(config, limit: needed).batch == 5)
    config.batch = 64
    let limit = try memory(config).total - 1
    let error = #expect(throws: TrainingError.self) { try memory(config, limit: limit) }
    #expect(error?.kind == .memory)
    let text = error?.description ?? ""
    #expect(
      text.hasPrefix(
        "too little memory: training compact on 64 images of 96 x 96 pixels per step needs about"))
    // The largest that needs at most four fifths of the limit.
    let number = text.split(separator: "; a batch size of ").last?.split(separator: " ").first
    let fits = try #require(number.flatMap { Int($0) }, "\(text)")
    config.batch = fits
    #expect(try Double(memory(config).total) <= 0.8 * Double(limit))
    config.batch = fits + 1
    #expect(try Double(memory(config).total) > 0.8 * Double(limit))
    // No more images than the dataset has are in a step.
    config.batch = 4096
    let few = try memory(config, samples: 5, limit: needed)
    config.batch = 5
    #expect(try few.batch == 5 && few == memory(config, samples: 5))
  }

  @Test func tooLittleMemoryIsSaid() throws {
    var config = automatic
    config.imgsz = 640
    let small = try memory(automatic, samples: 1).total
    let limit = Int(Double(small) / 0.8) + 1
    #expect {
      try memory(config, samples: 1, limit: limit)
    } throws: { error in
      "\(error)".hasPrefix(
        "too little memory: training compact on 1 image of 640 x 640 pixels per step needs about")
        && "\(error)".hasSuffix("; a batch size of 1 with imgsz 96 fits")
    }
    #expect {
      try memory(config, limit: 1 << 20)
    } throws: { error in
      "\(error)".hasSuffix("; no input size fits; a smaller cache or another model may")
    }
  }

  @Test func partsAreThoseOfTheirDefinition() throws {
    var config = automatic
    config.batch = 4
    config.optimizer = .sgd
    let sgd = try memory(config)
    // Parameters, gradients, average and velocity, of 4 bytes each.
    let graph = model.graph
    let kernels = try Kernels(InstructionSet.chosen())
    #expect(sgd.parameters == 4 * 4 * graph.parameterLayout.count)
    let plan = try Plan(
      graph, inputShapes: [model.description.inputShape(n: 4)], mode: .training(), kernels: kernels)
    #expect(sgd.step == 4 * (plan.arenaCount + plan.preparedCount + 2 * plan.workspaceCount))
    // AdamW remembers two.
    config.optimizer = .adamw
    #expect(try memory(config).parameters == 5 * 4 * graph.parameterLayout.count)
    // Muon has a workspace besides.
    config.optimizer = .auto
    #expect(try memory(config).parameters == 9 * 4 * graph.parameterLayout.count)
    // Ten images of 144 x 144, half as large again as the input.
    let kept = try memory(config, samples: 14).images - memory(config, samples: 4).images
    #expect(kept == 10 * 144 * 144 * 3)
    // Without a cache, four batches of bytes: two prefetched, one being loaded, one in use.
    config.cache = 0
    #expect(try memory(config, samples: 10).images == 4 * 4 * 96 * 96 * 3)
    config.cache = 1024
    // Multi-scale training is reckoned at its largest size.
    config.multiScale = 0.5
    let largest = try model.resized(to: 128).description
    let expected = try Plan(
      graph, inputShapes: [largest.inputShape(n: 4)], mode: .training(), kernels: kernels
    ).byteCount(threads: 2)
    #expect(try memory(config).step == expected)
  }
}
