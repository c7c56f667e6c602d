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
    #expect(most.batch == 64)
    // Four fifths of the limit: exactly enough, and a byte too little.
    let limit = Int((Double(most.total) / 0.8).rounded(.up))
    #expect(try memory(automatic, limit: limit).batch == 64)
    #expect(try memory(automatic, limit: limit - 2).batch == 32)
    #expect(try memory(automatic, samples: 20).batch == 16)
    #expect(try memory(automatic, samples: 0).batch == 1)
  }

  @Test func aGivenBatchIsKept() throws {
    var config = automatic
    config.batch = 5
    #expect(try memory(config, limit: 1).batch == 5)
  }

  @Test func tooLittleMemoryIsSaid() {
    #expect {
      try memory(automatic, limit: 32 << 20)
    } throws: { error in
      "\(error)".hasPrefix("no batch fits into memory: compact at 96 pixels needs ")
        && "\(error)".contains("four fifths of 32 MiB may be used")
    }
  }

  @Test func partsAreThoseOfTheirDefinition() throws {
    var config = automatic
    config.batch = 4
    config.optimizer = .sgd
    let sgd = try memory(config, samples: 0)
    // Parameters, gradients, average and velocity, of 4 bytes each.
    let graph = model.graph
    let kernels = try Kernels(InstructionSet.chosen())
    #expect(sgd.parameters == 4 * 4 * graph.parameterLayout.count)
    let plan = try Plan(
      graph, inputShapes: [model.description.inputShape(n: 4)], mode: .training(), kernels: kernels)
    #expect(sgd.step == 4 * (plan.arenaCount + plan.preparedCount + 2 * plan.workspaceCount))
    // AdamW remembers two.
    config.optimizer = .auto
    #expect(try memory(config, samples: 0).parameters == 5 * 4 * graph.parameterLayout.count)
    // Ten images of 144 x 144, half as large again as the input.
    let kept = try memory(config, samples: 10).images - memory(config, samples: 0).images
    #expect(kept == 10 * 144 * 144 * 3)
    // Multi-scale training is reckoned at its largest size.
    config.multiScale = 0.5
    let largest = try model.resized(to: 128).description
    let expected = try Plan(
      graph, inputShapes: [largest.inputShape(n: 4)], mode: .training(), kernels: kernels
    ).byteCount(threads: 2)
    #expect(try memory(config).step == expected)
  }
}
