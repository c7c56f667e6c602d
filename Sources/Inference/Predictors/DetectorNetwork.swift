import Basics
import Engine
import Imaging
import Networks

/// A part of an image that a detector sees at once.
struct ImageRegion {
  /// The image, decoded at full size unless the region is all of it.
  let image: DecodedImage
  /// In pixels of the original image.
  let region: PixelRegion
  /// Whether the region is the whole image.
  let isWhole: Bool

  /// All of an image.
  init(_ image: DecodedImage) {
    self.image = image
    region = PixelRegion(x: 0, y: 0, width: image.originalWidth, height: image.originalHeight)
    isWhole = true
  }

  /// A part of an image that was decoded at full size.
  init(_ image: DecodedImage, _ region: PixelRegion) {
    precondition(
      image.image.width == image.originalWidth && image.image.height == image.originalHeight,
      "tiles are of images that are decoded at full size")
    self.image = image
    self.region = region
    isWhole = false
  }

  /// The pixels of the region.
  var pixels: Image {
    let pixels = isWhole ? image.image : image.image.cropped(to: Box(region))
    guard let pixels else { preconditionFailure("a region has at least one pixel") }
    return pixels.asInput
  }
}

/// How regions are seen.
struct RegionView {
  /// The input size; nil for the network's.
  var size: InputSize?
  /// A factor of the input size.
  var scale = 1.0
  /// Whether left and right are exchanged.
  var isMirrored = false
}

/// Receives the raw outputs of a run, the places of its regions and their letterboxes.
package typealias OutputInspector = ([View], [Int], [Letterbox]) -> Void

/// One network of a detector: from regions of images to candidates for NMS.
protocol RegionDetector: AnyObject {
  var runner: InferenceRunner { get }
  /// Whether it sees images in other sizes than its own.
  var hasScales: Bool { get }

  /// The candidates of each region before NMS, in pixels of the original image; smaller ones than the
  /// options allow are left out.
  ///
  /// - Parameter inspect: Receives the whole outputs; without it, what no box needs is not computed.
  func candidates(
    _ regions: [ImageRegion], _ view: RegionView, _ options: DetectionOptions,
    inspect: OutputInspector?
  ) throws(EngineError) -> [[Detection]]
}

/// A network of the catalog.
final class DetectorNetwork: RegionDetector {
  let runner: InferenceRunner
  let hasScales = true
  private let head: DetectionHead
  /// The class of the detector for each class of the network.
  private let classes: [Int]

  /// - Parameter classes: The class of the detector for each class of the network.
  init(_ model: Model, classes: [Int], imageSize: InputSize?, pool: ThreadPool, kernels: Kernels) {
    guard case .detection(let head) = model.description.head else {
      preconditionFailure("\(model.description.name) is not a detector")
    }
    self.head = head
    self.classes = classes
    runner = InferenceRunner(model, imageSize: imageSize, pool: pool, kernels: kernels)
  }

  /// The candidates of each region before NMS, in pixels of the original image; those outside of the
  /// region and smaller ones than the options allow are left out.
  ///
  /// - Parameter inspect: Receives the whole outputs; without it, boxes are computed only in the rows of
  ///   candidates.
  func candidates(
    _ regions: [ImageRegion], _ view: RegionView, _ options: DetectionOptions,
    inspect: OutputInspector?
  ) throws(EngineError) -> [[Detection]] {
    let size = view.size ?? runner.description.imageSize
    let letterboxes = regions.map {
      Letterbox(
        imageWidth: $0.region.width, imageHeight: $0.region.height,
        size: view.scale == 1 ? size : size.scaled(by: view.scale))
    }
    // The network's classes that are asked for.
    let chosen = options.classes.map { chosen in
      Set(classes.indices.filter { chosen.contains(classes[$0]) })
    }
    var results = [[Detection]](repeating: [], count: regions.count)
    for group in groups(letterboxes) {
      let first = letterboxes[group[0]]
      let shape = Shape(n: group.count, h: first.targetHeight, w: first.targetWidth, c: 3)
      let found = try runner.run(shape) { place, input in
        letterboxes[group[place]].fill(
          regions[group[place]].pixels, into: input, normalization: runner.normalization)
        if view.isMirrored { input.mirror(shape, horizontally: true, vertically: false) }
      } rows: { output in
        inspect == nil ? head.rowsOfCandidates(output, confidence: options.confidence) : nil
      } inspect: { outputs in
        inspect?(outputs, group, group.map { letterboxes[$0] })
      } read: { place, outputs in
        let letterbox = letterboxes[group[place]]
        return head.candidates(
          outputs, image: place, confidence: options.confidence, classes: chosen,
          isMultiLabel: options.isMultiLabel
        ).compactMap {
          detection($0, letterbox, view, regions[group[place]].region, options.minimumSize)
        }
      }
      for (index, detections) in zip(group, found) { results[index] = detections }
    }
    return results
  }

  /// A candidate in pixels of the image, not clipped; nil if it is not visible or too small.
  private func detection(
    _ candidate: DetectionCandidate, _ letterbox: Letterbox, _ view: RegionView,
    _ region: PixelRegion,
    _ minimumSize: Double
  ) -> Detection? {
    let corners = candidate.box
    let width = Double(letterbox.targetWidth)
    let (left, right) =
      view.isMirrored ? (width - corners.z, width - corners.x) : (corners.x, corners.z)
    let box = Box(x1: left, y1: corners.y, x2: right, y2: corners.w)
    // Boxes that lie entirely in the padding are dropped before NMS.
    let visible = letterbox.originalBox(box)
    guard visible.area > 0, min(visible.width, visible.height) >= minimumSize else { return nil }
    return Detection(
      box: letterbox.unclippedBox(box).moved(x: Double(region.x), y: Double(region.y)),
      classIndex: classes[candidate.classIndex], score: candidate.score)
  }

  /// Divides a batch into groups of one input size each, as indices in ascending order. If there are
  /// several sizes, each image is a group, so that there is one plan per size and not one per number
  /// of images; a network on one image keeps all threads busy, too.
  private func groups(_ letterboxes: [Letterbox]) -> [[Int]] {
    func size(_ letterbox: Letterbox) -> [Int] { [letterbox.targetWidth, letterbox.targetHeight] }
    let isUniform = letterboxes.allSatisfy { size($0) == size(letterboxes[0]) }
    if isUniform { return letterboxes.isEmpty ? [] : [Array(letterboxes.indices)] }
    return letterboxes.indices.map { [$0] }
  }
}

extension Image {
  /// The image as 8-bit RGB, as `ImageFile` reads it; transparent pixels are composited over the gray
  /// of the padding.
  package var asInput: Image {
    in8Bits.composited(over: UInt8(Normalization.padding)).converted(to: .rgb8)
  }
}
