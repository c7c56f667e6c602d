import Basics
import Engine
import Imaging
import Networks

/// A detector of another program, which its recipe decodes. It sees one image per run.
final class ImportedDetector: RegionDetector {
  let runner: InferenceRunner
  let hasScales = false
  private let network: ImportedInstances
  private let decode: Recipe.Decoding
  /// The class of the detector for each class of the network.
  private let classes: [Int]

  /// - Parameter classes: The class of the detector for each class of the network.
  init(_ model: Model, classes: [Int], pool: ThreadPool, kernels: Kernels) {
    runner = InferenceRunner(model, pool: pool, kernels: kernels)
    guard let network = runner.imported, case .boxes(_, let decode) = network.program.recipe.output
    else { preconditionFailure("\(model.description.name) is not an imported detector") }
    (self.network, self.decode, self.classes) = (network, decode, classes)
  }

  func candidates(
    _ regions: [ImageRegion], _ view: RegionView, _ options: DetectionOptions,
    inspect: OutputInspector?
  ) throws(EngineError) -> [[Detection]] {
    let chosen = options.classes.map { chosen in
      Set(classes.indices.filter { chosen.contains(classes[$0]) })
    }
    var results: [[Detection]] = []
    for region in regions {
      let pixels = region.pixels
      let input = network.program.recipe.input
      let fitted = FittedImage(
        input, imageWidth: region.region.width, imageHeight: region.region.height)
      let outputs = try runner.outputs(of: pixels, fitted, isMirrored: view.isMirrored)
      let start = ContinuousClock.now
      var collector = CandidateCollector(
        confidence: options.confidence, classes: chosen, isMultiLabel: options.isMultiLabel)
      decode(outputs, fitted.height, fitted.width, &collector)
      results.append(
        collector.found.compactMap {
          detection($0, fitted, view, region.region, options.minimumSize)
        })
      runner.times.postprocess += (ContinuousClock.now - start) / .seconds(1)
    }
    return results
  }

  /// A candidate in pixels of the image, not clipped; nil if it is of no class or too small.
  private func detection(
    _ candidate: DetectionCandidate, _ fitted: FittedImage, _ view: RegionView,
    _ region: PixelRegion, _ minimumSize: Double
  ) -> Detection? {
    guard classes.indices.contains(candidate.classIndex) else { return nil }
    var corners = candidate.box
    if view.isMirrored {
      let width = Double(fitted.width)
      (corners[0], corners[2]) = (width - corners[2], width - corners[0])
    }
    let box = fitted.originalBox(corners)
    let visible = box.clipped(toWidth: Double(region.width), height: Double(region.height))
    guard visible.area > 0, min(visible.width, visible.height) >= minimumSize else { return nil }
    return Detection(
      box: box.moved(x: Double(region.x), y: Double(region.y)),
      classIndex: classes[candidate.classIndex], score: candidate.score)
  }
}

extension InferenceRunner {
  /// Runs a network of another program on one image; the outputs are in the layout of its file.
  ///
  /// - Parameter image: 8-bit RGB.
  func outputs(
    of image: Image, _ fitted: FittedImage, isMirrored: Bool = false
  ) throws(EngineError) -> [OutputTensor] {
    guard let imported else { preconditionFailure("\(description.name) is not imported") }
    let shape = Shape(
      n: 1, h: fitted.rows, w: fitted.columns, c: imported.program.recipe.input.channels.count)
    var views: [View] = []
    _ = try run(shape) { _, input in
      fitted.fill(image, isMirrored: isMirrored, into: input)
    } inspect: {
      views = $0
    } read: { _, _ in
    }
    // Valid until the next run.
    return try imported.outputs(views, for: shape)
  }
}
