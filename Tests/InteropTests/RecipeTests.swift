import Foundation
import TestSupport
import Testing

@testable import Engine
@testable import Interop
@testable import Networks

/// Recipes of which no network is at hand: outputs of zeros with a few numbers, whose boxes follow from the
/// families' definitions.
@Suite struct RecipeTests {
  private func outline(
    _ outputs: [(String, [Int])], side: Int, metadata: [String: String] = [:]
  ) -> NetworkOutline {
    NetworkOutline(
      name: "net", input: .init(name: "images", dims: [1, 3, side, side]), height: side,
      width: side, channels: 3, hasFreeSize: false,
      outputs: outputs.map { .init(name: $0.0, dims: $0.1) }, metadata: metadata)
  }

  /// The candidates of outputs that are zero but for some values at flat places of each.
  private func candidates(
    _ recipe: Recipe, _ network: NetworkOutline, _ values: [[Int: Float]],
    confidence: Float = 0.4
  ) throws -> [DetectionCandidate] {
    guard case .boxes(_, let decode) = recipe.output else {
      Issue.record("\(recipe.name) is no detector")
      return []
    }
    let tensors = zip(network.outputs, values).map { port, values in
      let dims = port.dims.map { $0 ?? 1 }
      var all = [Float](repeating: 0, count: dims.reduce(1, *))
      for (place, value) in values { all[place] = value }
      return OutputTensor(name: port.name, dims: dims, values: all)
    }
    var collector = CandidateCollector(confidence: confidence)
    decode(tensors, network.height, network.width, &collector)
    return collector.found
  }

  private func recognized(_ network: NetworkOutline, as name: String) throws -> Recipe {
    let recipe = try #require(RecipeFamily.recognized(network))
    try #require(recipe.name == name)
    return recipe
  }

  private func expect(
    _ found: [DetectionCandidate], _ box: SIMD4<Double>, _ classIndex: Int, _ score: Float
  ) {
    #expect(found.count == 1)
    guard let first = found.first else { return }
    #expect((0..<4).allSatisfy { abs(first.box[$0] - box[$0]) < 1e-4 }, "\(first.box)")
    #expect(first.classIndex == classIndex && abs(first.score - score) < 1e-5)
  }

  /// NanoDet-Plus: 64 + 16 + 4 + 1 cells at 64 pixels. Cell (2, 1) of stride 8 has its center at
  /// (16, 8); equal logits have the mean 3.5 strides = 28 pixels; boxes are clipped to the input.
  @Test func nanoDetPlus() throws {
    let network = outline([("output", [1, 85, 80 + 32])], side: 64)
    let recipe = try recognized(network, as: "nanodet")
    let found = try candidates(recipe, network, [[10 * 112 + 5: 0.75]])
    expect(found, [0, 0, 16 + 28, 8 + 28], 5, 0.75)
  }

  /// YOLOv8: 336 columns at 128 pixels: center (20, 30), 8 x 6 pixels, class 7.
  @Test func ultralyticsWithoutObjectness() throws {
    let network = outline([("output0", [1, 84, 336])], side: 128)
    let recipe = try recognized(network, as: "ultralytics")
    let found = try candidates(
      recipe, network,
      [[3: 20, 336 + 3: 30, 2 * 336 + 3: 8, 3 * 336 + 3: 6, (4 + 7) * 336 + 3: 0.9]])
    expect(found, [16, 27, 24, 33], 7, 0.9)
  }

  /// YOLOv5: three anchors per cell, objectness 0.5 times class 0.9.
  @Test func ultralyticsWithObjectness() throws {
    let network = outline(
      [("output0", [1, 252, 7])], side: 64, metadata: ["names": "{0: 'cat', 1: \"dog's\"}"])
    let recipe = try recognized(network, as: "ultralytics")
    #expect(recipe.classNames == ["cat", "dog's"])
    let row = 200 * 7
    let found = try candidates(
      recipe, network, [[row: 20, row + 1: 30, row + 2: 8, row + 3: 6, row + 4: 0.5, row + 6: 0.9]])
    expect(found, [16, 27, 24, 33], 1, 0.45)
  }

  /// YOLOv10: corners, score and class; a class that no integer is has no box.
  @Test func ultralyticsAfterNMS() throws {
    let network = outline(
      [("output0", [1, 300, 6])], side: 64, metadata: ["names": "{0: 'a', 1: 'b'}"])
    let recipe = try recognized(network, as: "ultralytics")
    let found = try candidates(
      recipe, network, [[0: 1, 1: 2, 2: 3, 3: 4, 4: 0.8, 5: 1, 6 + 4: 0.8, 6 + 5: .nan]])
    expect(found, [1, 2, 3, 4], 1, 0.8)
  }

  /// SSD300: the first prior of the first map is centered at (4, 4) with 30 pixels; an offset of 1 moves
  /// by a tenth of that, a log size of 5 ln 2 doubles; logits 0, ln 6, 0 ... are 0.6 of 21 classes
  /// (6 / (6 + 20) is 0.2308).
  @Test func ssd300() throws {
    let network = outline([("loc", [1, 8732, 4]), ("conf", [1, 8732, 21])], side: 300)
    let recipe = try recognized(network, as: "ssd")
    #expect(recipe.classNames == ClassNames.voc20)
    let found = try candidates(
      recipe, network, [[0: 1, 2: Float(5 * log(2.0))], [3: Float(log(6.0))]], confidence: 0.2)
    expect(found, [4 + 3 - 30, 4 - 15, 4 + 3 + 30, 4 + 15], 2, 6.0 / 26)
  }

  /// RetinaFace at 64 pixels: 2 * (64 + 16 + 4) priors; the third is of cell (1, 0) of stride 8, centered
  /// at (12, 4) with 16 pixels.
  @Test func retinaFace() throws {
    let network = outline(
      [("loc", [1, 168, 4]), ("conf", [1, 168, 2]), ("landms", [1, 168, 10])], side: 64)
    let recipe = try recognized(network, as: "ssd")
    let found = try candidates(recipe, network, [[:], [2 * 2 + 1: 3], [:]], confidence: 0.9)
    expect(found, [4, -4, 20, 12], 0, Float(1 / (1 + exp(-3.0))))
  }

  /// Outputs of one form are never taken for those of another.
  @Test func formsAreRecognized() throws {
    func name(_ outputs: [(String, [Int])], side: Int) -> String? {
      RecipeFamily.recognized(outline(outputs, side: side))?.name
    }
    #expect(name([("output", [1, 3549, 85])], side: 416) == "yolox")
    #expect(name([("scores", [1, 4420, 2]), ("boxes", [1, 4420, 4])], side: 320) == "ultraface")
    #expect(name([("out", [1, 21, 320, 320])], side: 320) == "segmentation")
    #expect(name([("758", [1, 85, 22, 22])], side: 352) == "fastestdet")
    #expect(name([("logits", [1, 1000])], side: 224) == "classifier")
    #expect(name([("a", [1, 7, 3])], side: 64) == "raw")
    // Only where it is asked for.
    let old = try #require(
      RecipeFamily["yolox-old"]?.recipe(for: outline([("output", [1, 3549, 85])], side: 416)))
    #expect(old.input.mean == ImportedInput.imageNetMean && old.name == "yolox-old")
  }

  @Test func everyFamilyHasAnEntryOfItsOwn() {
    let names = RecipeFamily.all.map(\.name)
    #expect(Set(names).count == names.count && names.last == "raw")
    for family in RecipeFamily.all {
      #expect(!family.summary.isEmpty && RecipeFamily[family.name]?.name == family.name)
    }
  }
}
