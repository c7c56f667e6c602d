import Engine
import Networks
import Testing

@testable import Training

@Suite struct ParameterPatternTests {
  @Test(arguments: [
    ("backbone", "backbone.stem.weight", true), ("backbone", "backbone", true),
    ("backbone", "backbone2.weight", false), ("back", "backbone.weight", false),
    ("backbone.*", "backbone.stem.weight", true), ("*.bias", "head.class.bias", true),
    ("*.bias", "head.bias2", false), ("neck.?", "neck.1.conv.weight", true),
    ("neck.?", "neck.12.conv.weight", false), ("*", "a", true), ("", "a", false),
    ("*norm*", "neck.norm1.weight", true), ("a*b*c", "a.bb.c", true), ("a*b*c", "a.bb.d", false),
    ("?", "", false),
  ])
  func matches(pattern: String, name: String, isMatch: Bool) {
    #expect(ParameterPattern(pattern).matches(name) == isMatch)
  }

  @Test func listsAreSeparatedByCommas() {
    #expect(ParameterPattern.list("a, b.*,,c ").map(\.text) == ["a", "b.*", "c"])
  }

  @Test(arguments: [
    ("bakbone", "'bakbone'; its top-level scopes are backbone, neck, head"),
    ("backbone,nek.*", "'nek.*'"), ("*.running_mean", "'*.running_mean'"), ("*", "left to train"),
  ])
  func patternsWithoutEffectAreRefused(patterns: String, part: String) {
    let model = Model(.compact, classNames: ["a"], imageSize: 64, seed: 0)
    let error = #expect(throws: TrainingError.self) { try model.freezing(patterns) }
    #expect(error?.kind == .invalid && error?.description.contains(part) == true, "\(error as Any)")
  }
}

/// Trainings with a frozen backbone.
@Suite(.serialized) struct FreezeTests {
  private let folder: TemporaryFolder
  private let data: String

  init() throws {
    folder = try TemporaryFolder()
    data = try SmallData.make(in: folder.path, training: 8, validation: 2)
  }

  private func config(_ name: String, _ optimizer: OptimizerChoice = .adamw) -> TrainingConfig {
    var config = SmallData.config(name, data: data, in: folder)
    config.optimizer = optimizer
    config.freeze = "backbone, head.*.bn, *.class.bias"
    return config
  }

  private func bits(_ block: ParameterBlock, _ range: Range<Int>) -> [UInt32] {
    block.values[range].map(\.bitPattern)
  }

  @Test(arguments: [OptimizerChoice.sgd, .adamw])
  func onlyOtherParametersChange(optimizer: OptimizerChoice) throws {
    let trainer = try Trainer(config("part", optimizer))
    let (step, before) = (trainer.step, trainer.step.parameters.copy())
    var summary: TrainingSummary?
    _ = try trainer.run { if case .started(let value) = $0 { summary = value } }
    var frozenCount = 0
    for entry in before.layout.entries {
      let isFrozen =
        entry.name.hasPrefix("backbone.") || entry.name.hasSuffix(".class.bias")
        || entry.name.hasPrefix("head.") && entry.name.contains(".bn.")
      let isSame = bits(step.parameters, entry.range) == bits(before, entry.range)
      #expect(isSame == isFrozen, "\(entry.name)")
      guard isFrozen else { continue }
      if entry.declaration.kind != .statistic { frozenCount += entry.range.count }
      #expect(bits(step.average.values, entry.range) == bits(before, entry.range))
      for (name, block) in step.optimizer.state {
        #expect(block.values[entry.range].allSatisfy { $0 == 0 }, "\(name) of \(entry.name)")
      }
    }
    #expect(frozenCount > 0 && summary?.frozenParameterCount == frozenCount)
  }

  @Test func resumedRunsHaveTheSameBits() throws {
    let whole = try Trainer(config("whole"))
    _ = try whole.run()
    var steps = 0
    let pause = try Trainer(config("parts")).run { event in
      if case .step = event { steps += 1 }
    } isInterrupted: {
      steps == 1
    }
    let second = try Trainer(resuming: pause.folder)
    #expect(try second.run().ending == .finished)
    let range = 0..<whole.step.parameters.layout.count
    #expect(bits(second.step.parameters, range) == bits(whole.step.parameters, range))
    #expect(bits(second.step.average.values, range) == bits(whole.step.average.values, range))
    // Without the setting the same run trains everything.
    let all = try Trainer(resuming: pause.folder) { config in
      config.freeze = nil
      config.epochs = 3
    }
    #expect(all.step.frozen.isEmpty && !whole.step.frozen.isEmpty)
  }
}
