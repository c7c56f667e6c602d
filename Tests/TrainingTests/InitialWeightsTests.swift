import Basics
import Engine
import Foundation
import Testing

@testable import Networks
@testable import Training

@Suite struct InitialWeightsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The values of a parameter in the order of weights files.
  private func values(_ model: Model, _ name: String) throws -> [Float] {
    model.parameters.exported(try #require(model.parameters.layout[name])).values
  }

  private func write(_ model: Model, _ name: String = "w.safetensors") throws -> WeightsSource {
    try model.write(to: folder.path + "/" + name)
    return .file(folder.path + "/" + name)
  }

  @Test func rowsOfClassLayersAreMatchedByName() throws {
    let old = Model(.compact, classNames: ["cat", "dog", "Person"], imageSize: 64, seed: 1)
    let source = try write(old)
    let new = Model(
      .compact, classNames: ["person", "zebra", "cat", "cow"], imageSize: 64, seed: 2)
    let random = Model(
      .compact, classNames: ["person", "zebra", "cat", "cow"], imageSize: 64, seed: 2)
    let text = try InitialWeights.load(source, into: new)
    let count = new.parameters.layout.entries.count
    // Three strides have a class layer of weights and biases each.
    #expect(
      text
        == "Transferred \(count - 6) of \(count) tensors from \(source.name); class layers: 2 of 4 "
        + "classes by name, the others randomly initialized")
    #expect(
      try values(new, "backbone.stem.conv.weight") == values(old, "backbone.stem.conv.weight"))
    for stride in [8, 16, 32] {
      let name = "head.stride\(stride).class.weight"
      // 96 inputs per class.
      func row(_ model: Model, _ index: Int) throws -> [Float] {
        Array(try values(model, name)[index * 96..<(index + 1) * 96])
      }
      #expect(try row(new, 0) == row(old, 2))
      #expect(try row(new, 1) == row(random, 1))
      #expect(try row(new, 2) == row(old, 0))
      #expect(try row(new, 3) == row(random, 3))
    }
  }

  @Test func theSameNumberOfOtherClassesIsNotTakenForTheSameClasses() throws {
    let old = Model(.compact, classNames: ["cat", "dog"], imageSize: 64, seed: 1)
    let source = try write(old)
    let new = Model(.compact, classNames: ["dog", "cow"], imageSize: 64, seed: 2)
    let random = Model(.compact, classNames: ["dog", "cow"], imageSize: 64, seed: 2)
    _ = try InitialWeights.load(source, into: new)
    let name = "head.stride8.class.weight"
    #expect(try values(new, name)[..<96] == values(old, name)[96...])
    #expect(try values(new, name)[96...] == values(random, name)[96...])
  }

  /// Class layers that are set by name are not counted as transferred; those of segmentation are
  /// transferred in their order, or not at all where their number differs.
  @Test func theSentenceIsTrue() throws {
    let source = try write(Model(.compact, classNames: ["cat", "dog"], imageSize: 64, seed: 1))
    let boxes = Model(.compact, classNames: ["cow", "hen"], imageSize: 64, seed: 2)
    let count = boxes.parameters.layout.entries.count
    #expect(
      try InitialWeights.load(source, into: boxes)
        == "Transferred \(count - 6) of \(count) tensors from \(source.name); class layers: randomly "
        + "initialized (2 to 2 classes)")
    let masks = try write(Model(.unetS, classNames: ["a", "b"], imageSize: 32, seed: 1))
    let same = Model(.unetS, classNames: ["b", "c"], imageSize: 32, seed: 2)
    let all = same.parameters.layout.entries.count
    #expect(
      try InitialWeights.load(masks, into: same)
        == "Transferred \(all) of \(all) tensors from \(masks.name); class layers: transferred in their "
        + "order, from a, b to b, c")
    let more = Model(.unetS, classNames: ["a", "b", "c"], imageSize: 32, seed: 2)
    // The last layer has weights and biases.
    #expect(
      try InitialWeights.load(masks, into: more)
        == "Transferred \(all - 2) of \(all) tensors from \(masks.name); class layers: randomly "
        + "initialized (2 to 3 classes)")
  }

  @Test func weightsOfAnotherModelAreRefused() throws {
    let source = try write(Model(.compact, classNames: ["a"], imageSize: 64, seed: 1))
    let model = Model(.resnet18, classNames: ["a"], imageSize: 64, seed: 1)
    do {
      _ = try InitialWeights.load(source, into: model)
      Issue.record("they fit another model")
    } catch let error as TrainingError {
      #expect(error.description.contains("these weights are of compact, not of resnet18"))
    }
  }

  @Test func builtInWeightsAreOfTheirModel() throws {
    #expect(try DefaultWeights.load().description.name == DefaultWeights.detector)
    #expect(try DefaultWeights.loadSegmenter().description.name == DefaultWeights.segmenter)
    #expect(WeightsSource.usual(for: DefaultWeights.detector) == .builtIn)
    #expect(WeightsSource.usual(for: DefaultWeights.segmenter) == .builtIn)
    #expect(WeightsSource.usual(for: "resnet18") == .random)
    var config = TrainingConfig()
    config.batch = 1
    #expect(config.resolved.weights == .builtIn)
    config.model = "resnet18"
    #expect(config.resolved.weights == .random)
    config.weights = .file("a")
    #expect(config.resolved.weights == .file("a"))
  }

  @Test func sourcesHaveTexts() {
    for source: WeightsSource in [.builtIn, .random, .file("a.safetensors"), .file("./none")] {
      #expect(WeightsSource(optionText: source.optionText) == source)
    }
    #expect(WeightsSource(optionText: "built-in") == .builtIn)
    #expect(WeightsSource(optionText: "") == nil)
  }
}
