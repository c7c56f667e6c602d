import Basics
import Engine
import Imaging
import Networks

/// Detects objects: letterbox, network, decoding, NMS, boxes in pixels of the original image.
///
/// Large images may also be seen in tiles, in several sizes and mirrored, and by several networks;
/// `DetectionOptions` has the choices.
public final class Detector: Predictor {
  /// The first network's, with the stage times of all.
  package let runner: InferenceRunner
  /// The score threshold, NMS settings, classes and tiles.
  public var options: DetectionOptions
  /// If set, called with the raw outputs for images or tiles of one input size, their indices in the
  /// batch and their letterboxes.
  package var onOutputs: OutputInspector?
  private let networks: [any RegionDetector]

  /// The model's name, class names, preprocessing and head, with the input size in use.
  public var description: ModelDescription { runner.description }

  /// Makes a detector of several networks, an ensemble.
  ///
  /// - Parameters:
  ///   - models: One or more, whose classes have the same names; they may be in another order.
  ///   - imageSize: The input size; nil for each model's.
  package init(
    _ models: [Model], imageSize: InputSize? = nil, options: DetectionOptions = DetectionOptions(),
    pool: ThreadPool, kernels: Kernels
  ) {
    precondition(!models.isEmpty, "a detector has at least one network")
    let names = models[0].description.classNames
    networks = models.map { model in
      let classes = model.description.classNames.map { name in
        guard let index = names.firstIndex(of: name) else {
          preconditionFailure("the first network has no class \(name)")
        }
        return index
      }
      return model.imported == nil
        ? DetectorNetwork(
          model, classes: classes, imageSize: imageSize, pool: pool, kernels: kernels)
        : ImportedDetector(model, classes: classes, pool: pool, kernels: kernels)
    }
    runner = networks[0].runner
    self.options = options
  }

  /// - Parameter imageSize: The input size; nil for the model's.
  package convenience init(
    _ model: Model, imageSize: InputSize? = nil, options: DetectionOptions = DetectionOptions(),
    pool: ThreadPool, kernels: Kernels
  ) {
    self.init([model], imageSize: imageSize, options: options, pool: pool, kernels: kernels)
  }

  /// Makes a detector with its own thread pool.
  ///
  /// - Parameters:
  ///   - imageSize: The input size; nil for the model's.
  ///   - threads: The number of threads; nil for all that the process may use.
  /// - Throws: `EngineError` if `GLIMPSE_ISA` names an instruction set that this machine does not
  ///   have.
  public convenience init(
    _ model: Model, imageSize: InputSize? = nil, options: DetectionOptions = DetectionOptions(),
    threads: Int? = nil, precision: PrecisionChoice = .auto
  ) throws(EngineError) {
    self.init(
      model, imageSize: imageSize, options: options,
      pool: ThreadPool(threads: threads ?? Machine.availableThreads),
      kernels: try Kernels.chosen(precision))
  }

  /// Detects objects in one image; boxes are in pixels of the image, the highest score comes first.
  public func detect(_ image: Image) throws(EngineError) -> [Detection] {
    try predict([DecodedImage(image)])[0]
  }

  /// Tiles need images in full size; otherwise large JPEGs are decoded at a reduced scale that the
  /// largest input allows.
  package var decodePolicy: DecodePolicy {
    let sides = networks.flatMap { network in
      options.scales.map { network.runner.description.imageSize.scaled(by: $0).longestSide }
    }
    // Networks of other programs interpolate between the pixels of the full size.
    let isWhole = options.tile != nil || networks.contains { $0.runner.imported != nil }
    return DecodePolicy(neededLongerSide: isWhole ? nil : sides.max())
  }

  package func predict(_ images: [DecodedImage]) throws(EngineError) -> [[Detection]] {
    var results = try detections(images.map { ImageRegion($0) }, size: nil)
    guard let tile = options.tile else { return results }
    for (index, image) in images.enumerated() {
      let (width, height) = (image.originalWidth, image.originalHeight)
      let levels = TilePyramid(
        imageWidth: width, imageHeight: height, side: tile, overlap: options.overlap
      ).levels
      guard let coarsest = levels.last else { continue }
      var merging = TileMerging(imageWidth: width, imageHeight: height)
      merging.add(
        results[index], of: ImageRegion(image).region, finerSize: coarsest.completeSize)
      let input = DecodedImage(image.image.asInput)
      func look(at regions: [PixelRegion], of level: TilePyramid.Level) throws(EngineError) {
        for first in stride(from: 0, to: regions.count, by: options.batch) {
          let batch = regions[first..<min(first + options.batch, regions.count)]
          let found = try detections(
            batch.map { ImageRegion(input, $0) }, size: .longerSide(tile))
          for (region, detections) in zip(batch, found) {
            merging.add(
              detections, of: region, scale: level.scale, finerSize: level.finerSize)
          }
        }
      }
      var seen: [PixelRegion] = []
      for level in levels {
        try look(at: level.regions, of: level)
        seen += level.regions
        let cut = merging.incomplete(options.merge, classAgnostic: options.isClassAgnostic)
        let around = level.regions(around: cut, seen: seen)
        try look(at: around, of: level)
        seen += around
      }
      results[index] = Array(
        merging.merged(options.merge, classAgnostic: options.isClassAgnostic)
          .prefix(options.maximumDetections))
    }
    return results
  }

  /// The detections of each region after NMS over all networks and views.
  ///
  /// - Parameter size: The input size; nil for each network's.
  private func detections(
    _ regions: [ImageRegion], size: InputSize?
  ) throws(EngineError) -> [[Detection]] {
    var lists = [[[Detection]]](repeating: [], count: regions.count)
    for network in networks {
      for scale in network.hasScales ? options.scales : [1] {
        for isMirrored in options.augments ? [false, true] : [false] {
          let found = try network.candidates(
            regions, .init(size: size, scale: scale, isMirrored: isMirrored), options,
            inspect: onOutputs)
          for (place, candidates) in found.enumerated() { lists[place].append(candidates) }
        }
      }
      if network !== networks[0] { runner.times.take(from: &network.runner.times) }
    }
    let clock = ContinuousClock()
    let start = clock.now
    let (options, candidates) = (options, lists)
    let results = runner.pool.map(regions.count) { place in
      options.reduce(candidates[place]).map { detection in
        var detection = detection
        detection.box = detection.box.clipped(to: regions[place].region)
        return detection
      }
    }
    runner.times.postprocess += (clock.now - start) / .seconds(1)
    return results
  }
}

extension StageTimes {
  /// Adds other times, which become zero.
  fileprivate mutating func take(from other: inout StageTimes) {
    decode += other.decode
    preprocess += other.preprocess
    network += other.network
    postprocess += other.postprocess
    other = StageTimes()
  }
}
